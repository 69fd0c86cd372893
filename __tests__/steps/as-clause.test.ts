import { expect, test } from "vitest";
import { asClause } from "../../src/steps/as-clause.ts";

test.each([
  ["a.tar is cut off", "a.tar is cut off"],
  ["a.tar is cut off. Use another copy.", "a.tar is cut off. Use another copy"],
  ["a.tar is cut off.\nb.zip is missing.", "a.tar is cut off; b.zip is missing"],
])("what %j says goes on in a sentence", (message, clause) => {
  expect(asClause({ message })).toBe(clause);
});
