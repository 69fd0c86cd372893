import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchStalls } from "../../../src/adapters/github/stall-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const run = () => new AbortController();

test("nothing keeps the process up when a body ends after its answer has come", () => {
  const watch = watchStalls({ stallMs: 1000, answerMs: 900_000 }, "uploads.test", run().signal);
  expect(vi.getTimerCount()).toBe(1);
  watch[Symbol.dispose]();
  watch.moved();
  watch.sent();
  expect(vi.getTimerCount()).toBe(0);
  expect(watch.signal.aborted).toBe(false);
});

test("an answer to a body that is sent may take longer than bytes that stand still", () => {
  using watch = watchStalls({ stallMs: 1000, answerMs: 5000 }, "uploads.test", run().signal);
  watch.moved();
  vi.advanceTimersByTime(999);
  watch.sent();
  vi.advanceTimersByTime(4999);
  expect(watch.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.signal.reason).toMatchObject({ failure: "store", transient: true });
});
