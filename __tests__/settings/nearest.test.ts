import { expect, test } from "vitest";
import { nearest } from "../../src/settings/nearest.ts";

test.each([
  ["stor", "store"],
  ["DRY_RUN", "dry-run"],
  ["lvel", "level"],
  ["zzzzz", undefined],
  ["x".repeat(1_000_000), undefined],
])("the nearest name to %s", (given, expected) => {
  expect(nearest(given, ["store", "dry-run", "level"])).toBe(expected);
});
