import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bytesOf } from "../../src/steps/byte-text.ts";
import { foldedName } from "../../src/steps/folded-name.ts";
import { testWith } from "../support/programs.ts";

const plain = { foldsCase: false, normalizes: false, windowsNames: false };
const cased = { ...plain, foldsCase: true };
const formed = { ...plain, normalizes: true };
const both = { ...cased, normalizes: true };

test.each([
  ["README", "readme", cased],
  ["stra\u00dfe", "STRASSE", cased],
  ["\u1e9e", "ss", cased],
  ["\u212a", "k", cased],
  ["\u017f", "S", cased],
  ["\u03a3", "\u03c2", cased],
  ["\ufb03", "FFI", cased],
  ["\u00e9", "e\u0301", formed],
  ["\u2126", "\u03a9", formed],
  ["\u00c9", "e\u0301", both],
  ["a\u0345\u0301", "\u0301\u0345a".slice(2) + "\u0301\u0399", both],
  ["x\u200dy", "xy", both],
  ["\xc9", "\xc9", plain],
] as const)("%j and %j are one name where %o", (one, other, traits) => {
  expect(foldedName(bytesOf(one), traits)).toBe(foldedName(bytesOf(other), traits));
});

test.each([
  ["README", "readme", plain],
  ["README", "readme", formed],
  ["\u00e9", "e\u0301", cased],
  ["\u00df", "s", cased],
  ["e", "\u00e9", both],
  ["a", "a.", both],
] as const)("%j and %j are two names where %o", (one, other, traits) => {
  expect(foldedName(bytesOf(one), traits)).not.toBe(foldedName(bytesOf(other), traits));
});

test("bytes that aren't UTF-8 are folded as ASCII, and are no text's equal", () => {
  expect(foldedName("A\xff", both)).toBe(foldedName("a\xff", both));
  expect(foldedName("A\xff", formed)).not.toBe(foldedName("a\xff", formed));
  expect(foldedName("\xff", both)).not.toBe(foldedName(bytesOf("\u00ff"), both));
});

testWith(["python3"], "every character that Unicode's full case folding knows is one with what it is folded to", () => {
  const script = `
import sys, json, unicodedata as u
chars = [chr(c) for c in range(0x20000) if not 0xd800 <= c < 0xe000]
print(json.dumps([[c, f] for c in chars for f in {c.casefold(), u.normalize('NFD', c), u.normalize('NFC', c)} if f != c]))`;
  const pairs = JSON.parse(execFileSync("python3", ["-c", script], { encoding: "utf8", maxBuffer: 1e8 })) as [
    string,
    string,
  ][];
  expect(pairs.length).toBeGreaterThan(2500);
  const apart = pairs.filter(([char, folded]) => foldedName(bytesOf(char), both) !== foldedName(bytesOf(folded), both));
  expect(apart).toEqual([]);
});
