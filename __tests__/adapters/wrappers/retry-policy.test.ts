import { expect, test } from "vitest";
import { again, type RetryPolicy } from "../../../src/adapters/wrappers/retry-policy.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";

function policyAt(clock: { now: number }): RetryPolicy {
  return {
    attempts: 5,
    mostMs: 15 * 60_000,
    firstPauseMs: 1000,
    longestPauseMs: 60_000,
    now: () => clock.now,
    random: () => 0.5,
    sleep: async (ms) => void (clock.now += ms),
  };
}

/** Fails this often, each time after so many minutes. */
function failing(clock: { now: number }, { times, minutes }: { times: number; minutes: number }) {
  let calls = 0;
  return async () => {
    calls += 1;
    clock.now += minutes * 60_000;
    if (calls <= times) throw new ColdstoreError("store", "broken off", { transient: true });
    return calls;
  };
}

const { signal } = new AbortController();

test("what breaks off after hours is tried again", async () => {
  const clock = { now: 0 };
  expect(await again(policyAt(clock), signal, failing(clock, { times: 1, minutes: 180 }))).toBe(2);
});

test("no try begins when the first failure is too long ago", async () => {
  const clock = { now: 0 };
  await expect(again(policyAt(clock), signal, failing(clock, { times: 2, minutes: 16 }))).rejects.toThrow("broken off");
});
