import { expect, test } from "vitest";
import { bytesOf } from "../../src/steps/byte-text.ts";
import { nameCollisions } from "../../src/steps/name-collisions.ts";

test.each([
  { paths: ["A", "a", "b"], pairs: [["A", "a"]] },
  { paths: ["A", "A/x", "a-", "a/"], pairs: [["A", "a"]] },
  {
    paths: ["D/", "D/X", "D/x", "d/", "d/X"],
    pairs: [
      ["D/X", "D/x"],
      ["D", "d"],
    ],
  },
  { paths: ["a/", "a/b/", "a/b/x", "a/c", "x"], pairs: [] },
  { paths: ["Stra\u00dfe", "strasse"], pairs: [["Stra\u00dfe", "strasse"]] },
  { paths: ["e\u0301", "\u00c9"], pairs: [["e\u0301", "\u00c9"]] },
  { paths: ["x", "y", "x1"], pairs: [] },
])("of $paths these are one name: $pairs", ({ paths, pairs }) => {
  expect(nameCollisions(paths.map(bytesOf))).toEqual(pairs);
});

test("bytes that aren't UTF-8 stand for themselves", () => {
  expect(nameCollisions(["a\xff", "a\xfe", "A\xff", "\xc3\xbf"])).toEqual([["a\ufffd", "A\ufffd"]]);
});
