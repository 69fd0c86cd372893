import { expect, test } from "vitest";
import { RemoteTree } from "../../../src/adapters/rclone/remote-tree.ts";
import { remoteWarnings } from "../../../src/adapters/rclone/remote-warnings.ts";

const modified = new Date(0);
const hashes = { md5: "0".repeat(32) };

function warningsFor(files: ConstructorParameters<typeof RemoteTree>[0], late = false): readonly string[] {
  const [, ...others] = remoteWarnings({ name: "r2:src", tree: new RemoteTree(files, []), timesOfComing: false, late });
  return others;
}

test("what a remote doesn't tell of files is counted among all that it lists, for some may stay out", () => {
  const files = [
    { path: ".env", bytes: 1, modified, hashes: {} },
    { path: "a", bytes: 1, modified, hashes: {} },
    { path: "b", bytes: 1, hashes },
  ];
  expect(warningsFor(files)).toEqual([
    "2 of 3 files listed in r2:src have no digest there, so that only the size is checked of those that are archived: .env, a",
    "1 of 3 files listed in r2:src has no time there, and those that are archived get 1970 unless mtime says otherwise: b",
  ]);
});

test("digests that are asked for later aren't missed, and the first ten names stand for all", () => {
  const files = Array.from({ length: 12 }, (_, index) => ({ path: `f${index}`, bytes: 1, modified, hashes: {} }));
  expect(warningsFor(files, true)).toEqual([]);
  expect(warningsFor(files)).toEqual([expect.stringMatching(/^12 of 12 files .*: f0, f1, f10, .*, f7, and 2 more$/)]);
});
