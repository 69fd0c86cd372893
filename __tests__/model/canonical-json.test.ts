import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, readableJson } from "../../src/model/canonical-json.ts";
import { sweep } from "../support/packed-archive.ts";

test("it gives the examples of RFC 8785", () => {
  // Section 3.2.2 and its result in 3.2.3.
  const example = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`) as unknown;
  expect(canonicalJson(example)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  // Section 3.2.3: keys in the order of their UTF-16 code units.
  const keys = JSON.parse(String.raw`{
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
  }`) as unknown;
  expect(Object.values(JSON.parse(canonicalJson(keys)) as object).length).toBe(7);
  expect([...canonicalJson(keys).matchAll(/:"([^"]*)"/g)].map(([, value]) => value)).toEqual([
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

test("it gives the safe integers of RFC 8785's appendix B", () => {
  const numbers = [0, -0, 9007199254740991, -9007199254740991, 295147905179352830000];
  expect(canonicalJson(numbers)).toBe("[0,0,9007199254740991,-9007199254740991,295147905179352830000]");
});

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 5 }),
  ),
})).value;

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toReversed();
  return Object.fromEntries(members.map(([key, member]) => [key, shuffled(member)]));
}

test("the order in which keys were added makes no difference", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      expect(readableJson(shuffled(value))).toBe(readableJson(value));
    }),
    sweep(300),
  );
});

test("both forms read back as the value that they were made of", () => {
  fc.assert(
    fc.property(json, (value) => {
      // Through JSON once: -0 becomes 0.
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(JSON.parse(canonicalJson(value))).toEqual(plain);
      expect(JSON.parse(readableJson(value))).toEqual(plain);
    }),
    sweep(300),
  );
});

test("the readable form has one key a line, plain lists on one line, and ends with a line feed", () => {
  const value = { b: [1, 2], a: { d: [], c: {} }, e: [{ f: "x" }, [3]], absent: undefined };
  expect(readableJson(value)).toBe(
    '{\n  "a": {\n    "c": {},\n    "d": []\n  },\n  "b": [1, 2],\n  "e": [\n    {\n      "f": "x"\n    },\n    [3]\n  ]\n}\n',
  );
});

test("a key called __proto__ is a key like any other", () => {
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1},"b":1}');
});

test.each([Number.POSITIVE_INFINITY, Number.NaN, undefined, 1n, Symbol("s"), () => 1])(
  "%s has no place in JSON",
  (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
    expect(() => readableJson({ a: [value] })).toThrow(TypeError);
  },
);
