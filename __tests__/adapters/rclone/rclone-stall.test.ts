import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchRclone } from "../../../src/adapters/rclone/rclone-stall.ts";
import type { ColdstoreError } from "../../../src/model/errors.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watching(stdout: { readableFlowing: boolean | null; readableLength: number }) {
  const stalls: ColdstoreError[] = [];
  return {
    stalls,
    watch: watchRclone({ name: "r2:cold", milliseconds: 1000, stdout, stall: (error) => stalls.push(error) }),
  };
}

test("what doesn't get on for the time is stalled, once, and may be tried again", () => {
  const { stalls, watch } = watching({ readableFlowing: true, readableLength: 0 });
  vi.advanceTimersByTime(900);
  watch.moved();
  vi.advanceTimersByTime(900);
  expect(stalls).toEqual([]);
  vi.advanceTimersByTime(5000);
  expect(stalls).toHaveLength(1);
  expect(stalls[0]).toMatchObject({
    failure: "store",
    transient: true,
    message: expect.stringContaining("r2:cold is stalled") as string,
  });
});

test("a reader that takes its time isn't rclone's fault", () => {
  const stdout = { readableFlowing: false, readableLength: 10 };
  const { stalls } = watching(stdout);
  vi.advanceTimersByTime(10_000);
  expect(stalls).toEqual([]);
  stdout.readableFlowing = true;
  vi.advanceTimersByTime(1000);
  expect(stalls).toHaveLength(1);
});

test("nothing is told after the end", () => {
  const { stalls, watch } = watching({ readableFlowing: true, readableLength: 0 });
  watch.end();
  vi.advanceTimersByTime(5000);
  expect(stalls).toEqual([]);
});
