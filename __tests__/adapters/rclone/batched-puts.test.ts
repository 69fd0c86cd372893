import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { batchedPuts } from "../../../src/adapters/rclone/batched-puts.ts";
import type { Put, PutOutcome } from "../../../src/ports/store.ts";
import { all, dataArtifact, testIo } from "../../support/store-fixtures.ts";

function item(key: string, bytes = 1): Put {
  return { key, artifact: { ...dataArtifact("x"), bytes } };
}

/** Notes the keys of each call; a call ends when it's let. */
function calls() {
  const seen: string[][] = [];
  const waiting: (() => void)[] = [];
  const state = { most: 0, now: 0 };
  return {
    seen,
    state,
    release: () => waiting.shift()?.(),
    async store(items: readonly Put[]): Promise<readonly PutOutcome[]> {
      seen.push(items.map(({ key }) => key));
      state.now += 1;
      state.most = Math.max(state.most, state.now);
      await new Promise<void>((resolve) => waiting.push(resolve));
      state.now -= 1;
      return items.map(({ key }) => ({ key, outcome: "created", object: { key, bytes: 1, digests: {} } }));
    },
  };
}

test("the first goes alone when the others still come, and those that come meanwhile go together", async () => {
  const work = calls();
  const gate = Promise.withResolvers<void>();
  async function* items(): AsyncGenerator<Put> {
    yield item("a");
    await gate.promise;
    for (const key of ["b", "c", "d"]) yield item(key);
  }
  const outcomes = all(batchedPuts(items(), { ...work, signal: testIo().signal }));
  await expect.poll(() => work.seen).toEqual([["a"]]);
  gate.resolve();
  await sleep(20);
  work.release();
  await expect.poll(() => work.seen).toEqual([["a"], ["b", "c", "d"]]);
  work.release();
  expect((await outcomes).map(({ key }) => key)).toEqual(["a", "b", "c", "d"]);
  expect(work.state.most).toBe(1);
});

test("of large items no more than one waits beside the one that is on its way", async () => {
  const work = calls();
  let made = 0;
  function* items(): Generator<Put> {
    for (; made < 10;) {
      made += 1;
      yield item(`part-${made}`, 1_900_000_000);
    }
  }
  const run = (async () => {
    for await (const { key } of batchedPuts(items(), { ...work, signal: testIo().signal })) {
      const done = Number(key.slice("part-".length));
      // Whoever made it can throw it away now; those made and not yet stored are two at the most.
      expect(made - done).toBeLessThanOrEqual(2);
    }
  })();
  for (let i = 0; i < 10; i += 1) {
    await expect.poll(() => work.seen.length).toBe(i + 1);
    await sleep(5);
    expect(made).toBeLessThanOrEqual(i + 2);
    work.release();
  }
  await run;
  expect(work.seen.map((keys) => keys.length)).toEqual(Array.from({ length: 10 }, () => 1));
});

test("of many small items a bounded number goes at once, and none is lost", async () => {
  const work = calls();
  const items = Array.from({ length: 1800 }, (_, i) => item(`k${i}`));
  const outcomes = all(batchedPuts(items, { ...work, signal: testIo().signal }));
  const releasing = setInterval(() => work.release(), 1);
  expect(new Set((await outcomes).map(({ key }) => key)).size).toBe(1800);
  clearInterval(releasing);
  expect(Math.max(...work.seen.map((keys) => keys.length))).toBeLessThanOrEqual(500);
  expect(work.seen.length).toBeLessThan(8);
});

test("a key that comes twice is never in one call twice", async () => {
  const work = calls();
  const outcomes = all(batchedPuts([item("a"), item("a"), item("b")], { ...work, signal: testIo().signal }));
  const releasing = setInterval(() => work.release(), 1);
  expect(await outcomes).toHaveLength(3);
  clearInterval(releasing);
  expect(work.seen).toEqual([["a", "b"], ["a"]]);
});

test("leaving early aborts the call that is at work and waits for it", async () => {
  const signals: AbortSignal[] = [];
  const ended: string[] = [];
  async function store(items: readonly Put[], signal: AbortSignal): Promise<readonly PutOutcome[]> {
    signals.push(signal);
    if (signals.length > 1) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    ended.push(...items.map(({ key }) => key));
    return items.map(({ key }) => ({ key, outcome: "created", object: { key, bytes: 1, digests: {} } }));
  }
  async function* items(): AsyncGenerator<Put> {
    yield item("a");
    await sleep(5);
    yield item("b");
    await sleep(5);
    yield item("c");
  }
  for await (const { key } of batchedPuts(items(), { store, signal: testIo().signal })) {
    expect(key).toBe("a");
    break;
  }
  expect(ended.length).toBe(signals.length);
});
