import { expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { differenceLines } from "../../src/render/difference-lines.ts";
import { compareLists } from "../../src/steps/compare-lists.ts";

async function* listOf(...entries: readonly Entry[]): AsyncGenerator<Entry> {
  yield* entries;
}

const file: Entry = { path: "a", type: "file", mode: 0o644, size: 1, sha256: "0" };
const link: Entry = { path: "l", type: "symlink", mode: 0o777, size: 0, link: "a" };

async function linesFor(before: Entry, after: Entry): Promise<readonly string[]> {
  return differenceLines(await compareLists(listOf(before), listOf(after)));
}

test("what only the group may do is no difference: git's archives and those of folders have it otherwise", async () => {
  expect(await linesFor(file, { ...file, mode: 0o664 })).toEqual([]);
  expect(await linesFor(file, { ...file, mode: 0o775 })).toEqual(["~ a  mode 644 -> 775"]);
  expect(await linesFor(file, { ...file, mode: 0o664, size: 2 })).toEqual(["~ a  1 B -> 2 B"]);
});

test("links that differ in bytes alone, which read alike, are told apart", async () => {
  const to = (bytes: readonly number[]): Entry => ({ ...link, link: "\ufffd", linkBytes: Uint8Array.from(bytes) });
  expect(await linesFor(to([0xe9]), to([0xe9]))).toEqual([]);
  expect(await linesFor(to([0xe9]), to([0xe8]))).toHaveLength(1);
  expect(await linesFor(to([0xe9]), { ...link, link: "\ufffd" })).toHaveLength(1);
});

test("a name that isn't UTF-8 isn't taken for one that has its bytes as characters", async () => {
  const bytes: Entry = { ...file, path: "\ufffd", pathBytes: Uint8Array.from([0xe9]) };
  expect(await linesFor(bytes, { ...file, path: "\u00e9" })).toHaveLength(2);
});
