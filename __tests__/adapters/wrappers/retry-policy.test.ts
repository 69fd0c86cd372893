import { expect, test } from "vitest";
import { again, type RetryPolicy, usualRetries } from "../../../src/adapters/wrappers/retry-policy.ts";
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

test("each pause is told in one line, however the reason is written", async () => {
  const said: string[] = [];
  const policy = { ...usualRetries((line) => said.push(line)), random: () => 0.5, sleep: async () => undefined };
  let calls = 0;
  const reasons = ["r2 answered 503:\n  slow down\r\n", `busy ${"é😀".repeat(400)}`];
  const work = async () => {
    const reason = reasons[calls];
    calls += 1;
    if (reason !== undefined) throw new ColdstoreError("store", reason, { transient: true });
    return calls;
  };
  expect(await again(policy, signal, work)).toBe(3);
  expect(said[0]).toBe("trying again in 0.8 s (1 of 4): r2 answered 503: slow down");
  expect(said[1]).toMatch(/^trying again in 1\.5 s \(2 of 4\): busy é.{150,300}…$/u);
  expect(said.every((line) => line.isWellFormed())).toBe(true);
});

test("what isn't tried again is no pause", async () => {
  const said: string[] = [];
  const work = async () => Promise.reject(new ColdstoreError("store", "refused"));
  await expect(
    again(
      usualRetries((line) => said.push(line)),
      signal,
      work,
    ),
  ).rejects.toThrow("refused");
  expect(said).toEqual([]);
});
