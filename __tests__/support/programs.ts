import { test, type TestContext } from "vitest";
import { isInstalled } from "./installed.ts";

/** A test that needs other programs: skipped with the reason where one isn't installed, but under CI=true it fails there. */
export function testWith(programs: readonly string[], name: string, body: (context: TestContext) => unknown): void {
  test(name, async (context) => {
    const missing = programs.filter((program) => !isInstalled(program));
    if (missing.length > 0 && process.env["CI"] === "true")
      throw new Error(`${missing.join(", ")} must be installed in CI`);
    context.skip(missing.length > 0, `not installed: ${missing.join(", ")}`);
    await body(context);
  });
}
