import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isInContainer, whyNoLine } from "../../../src/adapters/actions/artifact-line.ts";
import { takeArtifacts } from "../../support/runner-artifacts.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coldstore-artifacts-"));
  mkdirSync(join(folder, "cold"));
  writeFileSync(join(folder, "cold", "a.tar"), "a");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Whether the runner of a job in a container takes the line. */
function isTaken(path: string): boolean {
  const folders = ["/__w", "/__t", "/__e", "/github/home", "/github/workflow"];
  const mounts = Object.fromEntries(folders.map((each) => [each, folder]));
  const file = join(folder, "artifacts_1");
  writeFileSync(file, `file://${path}\n`);
  try {
    return takeArtifacts(file, { subjects: new Map(), workspace: folder, mounts }) === 1;
  } catch {
    return false;
  }
}

test.each([
  ["/__w/cold/a.tar", true],
  ["/__t/cold/a.tar", true],
  ["/github/home/cold/a.tar", true],
  ["/github/cold/a.tar", false],
  ["/__work/cold/a.tar", false],
  ["/srv/cold/a.tar", false],
  ["/tmp/cold/a.tar", false],
])("of a file of a job's container at %s the runner can make something: %s", (path, can) => {
  expect(isTaken(path)).toBe(can);
  expect(whyNoLine(path, true) === undefined).toBe(can);
  expect(whyNoLine(path, false)).toBeUndefined();
});

test("a step knows by the place of its files whether it runs in a container", () => {
  expect(isInContainer("/__w/_temp/_runner_file_commands/artifacts_1")).toBe(true);
  expect(isInContainer("/home/runner/work/_temp/_runner_file_commands/artifacts_1")).toBe(false);
});

test("a path that isn't Unicode would be another one in the file", () => {
  expect(whyNoLine("C:\\cold\\\ud800.tar", false)).toBe("its path isn't Unicode");
});
