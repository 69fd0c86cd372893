import { setTimeout as sleep } from "node:timers/promises";
import { array, assert, asyncProperty, integer, nat } from "fast-check";
import { describe, expect, test } from "vitest";
import { concurrently } from "../../../src/adapters/local/concurrently.ts";
import { all, testIo } from "../../support/store-fixtures.ts";

describe("work on many items", () => {
  test("gives one result an item, with no more at once than allowed", async () => {
    await assert(
      asyncProperty(array(nat(3), { maxLength: 30 }), integer({ min: 1, max: 5 }), async (delays, limit) => {
        const running = { now: 0, most: 0 };
        const results = await all(
          concurrently(delays.entries(), { limit, signal: testIo().signal }, async ([i, delay]) => {
            running.now += 1;
            running.most = Math.max(running.most, running.now);
            await sleep(delay);
            running.now -= 1;
            return i;
          }),
        );
        expect(results.sort((a, b) => a - b)).toEqual([...delays.keys()]);
        expect(running.most).toBeLessThanOrEqual(limit);
        if (delays.length >= limit) expect(running.most).toBe(limit);
      }),
      { numRuns: 40 },
    );
  });

  test("begins nothing more while its results aren't taken", async () => {
    const begun: number[] = [];
    const results = concurrently(
      Array.from({ length: 100 }).keys(),
      { limit: 4, signal: testIo().signal },
      async (i) => {
        begun.push(i);
        return i;
      },
    );
    await results.next();
    await sleep(20);
    expect(begun.length).toBeLessThanOrEqual(5);
    await results.return(undefined);
  });

  test("waits for what is under way, and gives its results, before it throws the items' error", async () => {
    const broken = new Error("broken");
    const done: number[] = [];
    async function* items(): AsyncGenerator<number> {
      yield 1;
      yield 2;
      throw broken;
    }
    const run = (async () => {
      const work = concurrently(items(), { limit: 4, signal: testIo().signal }, async (i) => (await sleep(20), i));
      for await (const result of work) done.push(result);
    })();
    await expect(run).rejects.toBe(broken);
    expect(done).toEqual([1, 2]);
  });

  test("an abort waits for what is under way and rejects with the reason", async () => {
    const io = testIo();
    const ended: number[] = [];
    const run = all(
      concurrently([1, 2, 3, 4, 5], { limit: 2, signal: io.signal }, async (i) => {
        await sleep(10);
        io.abort();
        ended.push(i);
        return i;
      }),
    );
    await expect(run).rejects.toBe(io.reason);
    expect(ended).toEqual([1, 2]);
  });
});
