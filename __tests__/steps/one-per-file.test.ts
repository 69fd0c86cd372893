import { expect, test } from "vitest";
import type { Candidate, DiskEntry, FolderDisk } from "../../src/ports/folder.ts";
import { bytesOf } from "../../src/steps/byte-text.ts";
import { onePerFile } from "../../src/steps/one-per-file.ts";

/** A disk with these files, that takes names for the same which `same` makes equal. */
function disk(files: readonly string[], same: (name: string) => string): Pick<FolderDisk, "look" | "names"> {
  const entry: DiskEntry = { type: "file", executable: false, bytes: 0, mtime: 0, signature: "" };
  const text = (path: string) => Buffer.from(path, "latin1").toString();
  return {
    look: (path) => (files.some((file) => same(file) === same(text(path))) ? entry : undefined),
    names: () => files.map((file) => ({ name: bytesOf(file), type: "file" })),
  };
}

const tracked = (path: string): Candidate => ({ path: bytesOf(path), kind: "file", tracked: true });
const untracked = (path: string): Candidate => ({ path: bytesOf(path), kind: "file", tracked: false });
const noCase = (name: string): string => name.toLowerCase();
const noForm = (name: string): string => name.normalize("NFC");
const composed = "caf\u00e9";
const decomposed = "cafe\u0301";

test.each([
  ["case", ["README"], noCase, "Readme", "README"],
  ["Unicode form", [decomposed], noForm, composed, decomposed],
  ["Unicode form, as macOS lists it", [decomposed], noForm, decomposed, composed],
] as const)("a tracked file that the disk has in another %s is one file", (_, files, same, index, listed) => {
  const all = [untracked(listed), tracked(index), untracked("other")];
  expect(onePerFile(all, disk([...files, "other"], same)).candidates).toEqual([tracked(index), untracked("other")]);
});

test("where every spelling is a file of its own all of them stay", () => {
  const all = [tracked("a"), untracked("A"), tracked(composed), untracked(decomposed)];
  const files = ["a", "A", composed, decomposed];
  expect(
    onePerFile(
      all,
      disk(files, (name) => name),
    ),
  ).toEqual({ candidates: all, shared: [] });
});

test("what is no longer on the disk isn't taken for the file of another name", () => {
  const all = [tracked("gone"), untracked("new")];
  expect(onePerFile(all, disk(["new"], noCase)).candidates).toEqual(all);
});
