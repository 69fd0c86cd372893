import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseEpoch, parseMtime } from "../../src/settings/parse-mtime.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 2000);
const epoch = fc.integer({ min: 0, max: 2 ** 33 - 1 });

test("what date +%s prints up to the year 2242 is taken as it is, in both places", () => {
  fc.assert(
    fc.property(epoch, (seconds) => {
      expect(parseEpoch(String(seconds))).toEqual({ ok: true, value: seconds });
      expect(parseMtime(String(seconds))).toEqual({ ok: true, value: seconds });
    }),
    { seed, numRuns },
  );
  expect(new Date((2 ** 33 - 1) * 1000).getUTCFullYear()).toBe(2242);
});

test("whatever else is written is refused, or one of the two words", () => {
  const near = fc.string({ unit: fc.constantFrom("0", "1", "9", ".", "-", "+", " ", "e", "x", "_", "\n") });
  const edge = fc.tuple(fc.constantFrom("", "-", "+", " ", "\n"), epoch, fc.constantFrom("", " ", "\n", ".0", "s"));
  const text = fc.oneof(
    near,
    fc.string({ unit: "binary" }),
    edge.map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      const parsed = parseMtime(given);
      if (parsed.ok) expect(given).toMatch(/^(commit|keep|\d+)$/);
      expect(parseEpoch(given).ok).toBe(parsed.ok && typeof parsed.value === "number");
    }),
    { seed, numRuns },
  );
});
