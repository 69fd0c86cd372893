import { createHash, randomInt } from "node:crypto";

const seed = process.env["COLDSTORE_TEST_SEED"] ?? String(randomInt(2 ** 31));

/**
 * So many of a table's slow cases, in its order: others with each seed, which CI draws anew, and all of them where a sweep is to
 * be whole.
 */
export function someOf<T>(cases: readonly T[], count: number): readonly T[] {
  if (process.env["COLDSTORE_TEST_COUNT"] !== undefined) return cases;
  const drawn = cases.map((_, index) => ({ index, by: createHash("sha256").update(`${seed} ${index}`).digest("hex") }));
  const chosen = new Set(
    drawn
      .sort((a, b) => (a.by < b.by ? -1 : 1))
      .slice(0, count)
      .map(({ index }) => index),
  );
  return cases.filter((_, index) => chosen.has(index));
}
