import { describe, expect, test } from "vitest";
import { openCancellation, graceMilliseconds } from "../../../src/adapters/process/cancellation.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";

/** A process that only notes what it is told, and a clock that stands still until it is told to go on. */
function fakeWorld(timeout = 60_000) {
  const listeners = new Map<string, Set<() => void>>();
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();
  const said: string[] = [];
  let now = 0;
  let ids = 0;
  const cancellation = openCancellation({
    process: {
      on: (signal, listener) => listeners.set(signal, new Set([...(listeners.get(signal) ?? []), listener])),
      off: (signal, listener) => listeners.get(signal)?.delete(listener),
      exit: (code) => void said.push(`exit ${code} at ${now}`),
    },
    timers: {
      setTimeout(work, milliseconds) {
        timers.set((ids += 1), { at: now + milliseconds, work });
        return ids;
      },
      clearTimeout: (timer) => void timers.delete(timer as number),
    },
    timeout,
    abandon: () => void said.push(`abandoned at ${now}`),
    lastWord: ({ failure }) => void said.push(`told of ${failure}`),
  });
  return {
    cancellation,
    said,
    timers,
    send: (signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGBREAK" | "exit") =>
      listeners.get(signal)?.forEach((listener) => listener()),
    listening: () => [...listeners.values()].reduce((sum, each) => sum + each.size, 0),
    pass(milliseconds: number) {
      now += milliseconds;
      for (const [id, { at, work }] of timers) if (at <= now && timers.delete(id)) work();
    },
  };
}

const reasonOf = ({ cancellation: { signal } }: ReturnType<typeof fakeWorld>) => signal.reason as ColdstoreError;

describe("a signal", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const)(
    "%s aborts the run and leaves it seven seconds to end",
    (name) => {
      const world = fakeWorld();
      expect(world.cancellation.signal.aborted).toBe(false);
      world.send(name);
      expect(reasonOf(world)).toMatchObject({ failure: "interrupted" });
      world.pass(6999);
      expect(world.said).toEqual([]);
      world.pass(1);
      expect(world.said).toEqual(["abandoned at 7000", "told of interrupted", "exit 130 at 7000"]);
      expect(graceMilliseconds).toBeLessThan(7500);
    },
  );

  test("a second one, of either kind, removes what is half-made and exits on the spot", () => {
    const world = fakeWorld();
    world.send("SIGTERM");
    world.pass(10);
    world.send("SIGINT");
    expect(world.said).toEqual(["abandoned at 10", "told of interrupted", "exit 130 at 10"]);
  });

  test("that is followed by an orderly end exits nothing", () => {
    const world = fakeWorld();
    world.send("SIGINT");
    world.cancellation[Symbol.dispose]();
    world.pass(100_000);
    expect(world.said).toEqual([]);
    expect([world.listening(), world.timers.size]).toEqual([0, 0]);
  });

  test("after the timeout exits as interrupted", () => {
    const world = fakeWorld(1000);
    world.pass(1000);
    world.send("SIGINT");
    expect(world.said).toEqual(["abandoned at 1000", "told of interrupted", "exit 130 at 1000"]);
  });
});

describe("the timeout", () => {
  test("aborts the run with the time in words, and gives it the same seven seconds", () => {
    const world = fakeWorld(90_000);
    world.pass(89_999);
    expect(world.cancellation.signal.aborted).toBe(false);
    world.pass(1);
    expect(reasonOf(world)).toMatchObject({
      failure: "store",
      message: expect.stringMatching(/90 s|1 min 30 s|1m 30s|1\.5 min/),
    });
    world.pass(7000);
    expect(world.said).toEqual(["abandoned at 97000", "told of store", "exit 5 at 97000"]);
  });

  test("that runs out while a signal is being obeyed changes nothing", () => {
    const world = fakeWorld(3000);
    world.send("SIGINT");
    world.pass(3000);
    expect(reasonOf(world)).toMatchObject({ failure: "interrupted" });
    world.pass(4000);
    expect(world.said).toEqual(["abandoned at 7000", "told of interrupted", "exit 130 at 7000"]);
  });

  test("is forgotten with the run", () => {
    const world = fakeWorld(1000);
    world.cancellation[Symbol.dispose]();
    world.pass(5000);
    expect(world.cancellation.signal.aborted).toBe(false);
    expect(world.timers.size).toBe(0);
  });
});

describe("what ends the run from within", () => {
  test("aborts it for that reason, and leaves it seven seconds", () => {
    const world = fakeWorld();
    const reason = new ColdstoreError("store", "the plugin is broken");
    world.cancellation.end(reason);
    world.cancellation.end(new ColdstoreError("bug", "and again"));
    expect(reasonOf(world)).toBe(reason);
    world.pass(7000);
    expect(world.said).toEqual(["abandoned at 7000", "told of store", "exit 5 at 7000"]);
  });
});

test("what is half-made goes when something else ends the process", () => {
  const world = fakeWorld();
  world.send("exit");
  expect(world.said).toEqual(["abandoned at 0"]);
  world.cancellation[Symbol.dispose]();
  world.send("exit");
  expect(world.said).toHaveLength(1);
});
