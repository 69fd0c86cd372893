import { expect, test } from "vitest";
import { lookAgain } from "../../../src/adapters/github/look-again.ts";

const patience = { firstMs: 1, longestMs: 4, mostMs: 40 };
const signal = new AbortController().signal;

async function looksUntilItEnds(newest?: Date): Promise<number> {
  for (let looks = 1; ; looks += 1) if (!(await lookAgain({ looks, newest }, patience, signal))) return looks;
}

test("it's waited by time, from what was stored last", async () => {
  // 1 + 2 + 4 × 10 are the first that reach 40.
  expect(await looksUntilItEnds()).toBeGreaterThanOrEqual(12);
  expect(await looksUntilItEnds(new Date(Date.now() + 60_000))).toBeGreaterThanOrEqual(12);
});

test("for a run that broke long ago it's waited for moments", async () => {
  expect(await looksUntilItEnds(new Date(Date.now() - 60_000))).toBe(5);
});

test("an abort ends a pause", async () => {
  const stop = new AbortController();
  const waiting = lookAgain({ looks: 1 }, { ...patience, firstMs: 60_000, longestMs: 60_000 }, stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});
