import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCandidates, parsePaths, parseRecords, parseRoots } from "../../../src/adapters/git/parse-listing.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? 20261123);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);
const one = "1".repeat(40);

/** The text in chunks of these sizes, the last one with what is left. */
async function* inChunks(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of [...sizes, text.length]) {
    yield Buffer.from(text.slice(at, at + size), "latin1");
    at += size;
  }
}

const output = [
  "? new",
  "? nested/",
  "? a ? b",
  `H 100644 ${one} 0\ta\tb\nc`,
  `h 120000 ${one} 0\tlink`,
  `H 160000 ${one} 0\tsub`,
  `S 100755 ${one} 0\t\xff`,
  `s 100755 ${one} 0\tz`,
  ...[1, 2, 3].map((stage) => `M 100644 ${one} ${stage}\tboth`),
  `M 160000 ${one} 2\tboth subs`,
  `m 160000 ${one} 3\tboth subs`,
];

test("records are read the same in whatever chunks they come", async () => {
  const text = output.map((record) => `${record}\0`).join("");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 30 }), async (sizes) => {
      const batches = await Array.fromAsync(parseCandidates(parseRecords(inChunks(text, sizes))));
      expect(batches.flat()).toEqual([
        { path: "new", kind: "file", tracked: false },
        { path: "nested", kind: "nested", tracked: false },
        { path: "a ? b", kind: "file", tracked: false },
        { path: "a\tb\nc", kind: "file", tracked: true },
        { path: "link", kind: "file", tracked: true, unwatched: true },
        { path: "sub", kind: "submodule", commit: one, tracked: true },
        { path: "\xff", kind: "file", tracked: true, state: "sparse", unwatched: true },
        { path: "z", kind: "file", tracked: true, state: "sparse", unwatched: true },
        { path: "both", kind: "file", tracked: true, state: "unmerged" },
        { path: "both subs", kind: "submodule", commit: one, tracked: true, state: "unmerged" },
      ]);
    }),
    { seed, numRuns },
  );
});

test("a path that comes several times in a row is one path, and what is below a folder isn't named beside it", async () => {
  const text = ["a", "a", "b/", "b/c", "b/d/", "b0", "c", "c"].map((path) => `${path}\0`).join("");
  for (const size of [1, 3, 100]) {
    const sizes = Array.from({ length: text.length / size }, () => size);
    const paths = await Array.fromAsync(parsePaths(parseRecords(inChunks(text, sizes))));
    expect(paths.flat()).toEqual(["a", "b/", "b/c", "b/d/", "b0", "c"]);
    const roots = await Array.fromAsync(parseRoots(parseRecords(inChunks(text, sizes))));
    expect(roots.flat()).toEqual(["a", "b/", "b0", "c"]);
  }
});

test("where a clone doesn't go by the disk's bits and links, the index says what is executable and what is a link", async () => {
  const text = output.map((record) => `${record}\0`).join("");
  const trust = { modes: false, links: false };
  const batches = await Array.fromAsync(parseCandidates(parseRecords(inChunks(text, [])), trust));
  expect(batches.flat().map(({ path, executable, link }) => [path, executable, link])).toEqual([
    ["new", false, undefined],
    ["nested", undefined, undefined],
    ["a ? b", false, undefined],
    ["a\tb\nc", false, undefined],
    ["link", false, true],
    ["sub", undefined, undefined],
    ["\xff", true, undefined],
    ["z", true, undefined],
    ["both", false, undefined],
    ["both subs", undefined, undefined],
  ]);
});
