import * as fc from "fast-check";
import { expect, test } from "vitest";
import { entryPath, fitsLine, isDoubtful } from "../../../src/adapters/rclone/entry-name.ts";

test.each([
  ["plain/path.txt", "plain/path.txt"],
  ["n\u240al", "n\nl"],
  ["r\u240d", "r\r"],
  ["d\u2421", "d\x7f"],
  ["\u201b\u240a", "\u240a"],
  ["\u201b\u201bquote", "\u201bquote"],
  ["nul\u2400", "nul\u2400"],
  ["a\uff0fb", "a\uff0fb"],
  ["\uff0e\uff0e/x", "\uff0e\uff0e/x"],
  ["caf\u00e9", "caf\u00e9"],
  ["two:colon", "two:colon"],
])("what rclone lists as %j is %j in an archive", (listed, text) => {
  expect(Buffer.from(entryPath(listed), "latin1").toString()).toBe(text);
});

test("no listed path becomes one with more or other parts", () => {
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);
  const odd = fc.constantFrom("\u201b", "\u2400", "\u240a", "\u2421", "\uff0f", "\uff0e", "/", ".", "a", "\u{1f4a9}");
  fc.assert(
    fc.property(
      fc.array(odd).map((parts) => parts.join("")),
      (path) => {
        const text = Buffer.from(entryPath(path), "latin1").toString();
        expect(text.split("/")).toHaveLength(path.split("/").length);
        expect(text).not.toContain("\0");
      },
    ),
    { numRuns },
  );
});

test("a name is doubtful that rclone may not find again", () => {
  for (const path of ["caf\ufffd", "a/\u201b\u201bx", "a/b ", " a/b", "a /b"]) expect(isDoubtful(path)).toBe(true);
  for (const path of ["caf\u00e9", "a b/c d", "x\uff1ay"]) expect(isDoubtful(path)).toBe(false);
});

test("a list of lines can't hold names with line ends", () => {
  expect([fitsLine("a b"), fitsLine("a\nb"), fitsLine("a\r")]).toEqual([true, false, false]);
});
