import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutToWidth, displayWidth, visibleText } from "../../src/model/visible-text.ts";

describe("visibleText", () => {
  test.each([
    ["plain ascii/path-1.txt", "plain ascii/path-1.txt"],
    ["naïve/日本語/🧊", "naïve/日本語/🧊"],
    ["two\nlines\r\n", "two\\nlines\\r\\n"],
    ["tab\there", "tab\\there"],
    ["\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
    ["\u009b31m", "\\x9b31m"],
    ["bell\u0007 nul\0 del\u007f", "bell\\x07 nul\\0 del\\x7f"],
    ["abc\u202egpj.exe", "abc\\u202egpj.exe"],
    ["iso\u2066late\u2069", "iso\\u2066late\\u2069"],
    ["line\u2028par\u2029", "line\\u2028par\\u2029"],
    ["zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"],
    ["lone\ud800", "lone\\ud800"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["👩\u200d🚀", "👩\u200d🚀"],
    ["back\\slash", "back\\slash"],
  ])("%j is written %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test("leaves nothing that a terminal would act upon, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = visibleText(text);
        expect(shown).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect(shown.isWellFormed()).toBe(true);
        expect(visibleText(shown)).toBe(shown);
      }),
    );
  });
});

describe("displayWidth and cutToWidth", () => {
  test.each([
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["🧊", 2],
    ["", 0],
  ])("%j takes %d columns", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test.each([
    ["short", 10, "short"],
    ["a rather long line", 10, "a rathe..."],
    ["日本語日本語", 8, "日本..."],
    ["tiny room", 3, "tin"],
  ])("%j cut to %d columns is %j", (text, columns, cut) => {
    expect(cutToWidth(text, columns)).toBe(cut);
  });

  test("what is cut never takes more columns than it was given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
        expect(displayWidth(cutToWidth(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
