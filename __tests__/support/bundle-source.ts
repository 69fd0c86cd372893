import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { bundling } from "./bundle-parts.ts";

const entry = (name: string) => fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url));

/**
 * Before the tests: bundles the command line and the action from the source as it is, since a process that has to read some
 * hundred files starts three times as slowly. Source that can't be bundled is run as it is.
 */
export async function setup(): Promise<() => void> {
  const dir = mkdtempSync(join(tmpdir(), "coldstore-bundles-"));
  // Some runs are another user's.
  chmodSync(dir, 0o755);
  const input = { cli: entry("cli"), action: entry("action"), post: entry("post") };
  try {
    const output = { dir, format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" } as const;
    await build({ ...bundling, input, logLevel: "silent", output });
    process.env["COLDSTORE_TEST_BUNDLES"] = dir;
  } catch (error) {
    process.stderr.write(`the source can't be bundled, so tests run it as it is: ${String(error)}\n`);
  }
  return () => rmSync(dir, { recursive: true, force: true });
}
