import * as fc from "fast-check";
import { expect, test } from "vitest";
import { distance } from "../../src/model/edit-distance.ts";

test.each([
  ["store", "store", 0],
  ["stor", "store", 1],
  ["stroe", "store", 1],
  ["sotre", "store", 1],
  ["ca", "abc", 3],
  ["", "store", 5],
  ["snapshoot", "snapshot", 1],
])("%s is %s with %i mistakes", (a, b, expected) => {
  expect(distance(a, b)).toBe(expected);
});

test("a distance is symmetric, 0 for equal texts only, and at most the longer text", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b) === 0).toBe(a === b);
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
