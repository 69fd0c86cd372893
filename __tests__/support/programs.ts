import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { test, type TestContext } from "vitest";

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

/** Whether the PATH has a program of this name. */
export function isInstalled(program: string): boolean {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && endings.some((ending) => canRun(join(folder, program + ending))));
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
