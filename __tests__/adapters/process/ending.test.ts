import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Ending, type EndingProcess } from "../../../src/adapters/process/ending.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that can be ended from outside, and a reader that is as slow as it likes. */
function world() {
  const said: string[] = [];
  const unread: (() => void)[] = [];
  const listeners: (() => void)[] = [];
  const process: EndingProcess = {
    once: (_event, listener) => listeners.push(listener),
    exit: () => void said.push(`exit ${String(process.exitCode)}`),
  };
  const stream = { write: (_text: string, written: () => void) => unread.push(written) };
  const ending = new Ending({ process, streams: [stream, stream], cutOff: (sentence) => void said.push(sentence) });
  const end = (code?: number): number => {
    if (code !== undefined) process.exitCode = code;
    for (const listener of listeners) listener();
    return Number(process.exitCode);
  };
  return { ending, process, said, unread, end };
}

describe("a process that ends before the run is over", () => {
  test.each([
    [undefined, 1],
    [0, 1],
    [7, 7],
  ])("with %s, ends with %s and says so", (code, expected) => {
    const { end, said } = world();
    expect(end(code)).toBe(expected);
    expect(said).toEqual([expect.stringContaining("before the run was over")]);
  });
});

test("a process that was told how the run ended keeps to that, or to something worse", () => {
  for (const [told, code, expected] of [
    [0, 0, 0],
    [5, 0, 5],
    [0, 5, 5],
    [5, 130, 130],
  ] as const) {
    const { ending, end, said } = world();
    ending.told(told);
    expect(end(code)).toBe(expected);
    expect(said).toEqual([]);
  }
});

test("what keeps a process ends with the run's code, but not before all is read", () => {
  const { ending, said, unread } = world();
  ending.over(6);
  vi.advanceTimersByTime(1999);
  expect(unread).toHaveLength(0);
  vi.advanceTimersByTime(1);
  unread[1]?.();
  expect(said).toEqual([]);
  unread[0]?.();
  expect(said).toEqual(["exit 6"]);
});
