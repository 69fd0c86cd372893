import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { GrowingList } from "../../src/steps/growing-list.ts";
import { sweep } from "../support/packed-archive.ts";

test("every reader sees every item in order, whenever it begins", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }))),
      fc.array(fc.nat({ max: 20 })),
      async (items, begins) => {
        const list = new GrowingList<number>();
        const readers = begins.map(async (wait) => {
          for (let left = wait; left > 0; left -= 1) await turn();
          return Array.fromAsync(list);
        });
        for (const [item, wait] of items) {
          for (let left = wait; left > 0; left -= 1) await turn();
          list.push(item);
        }
        list.end();
        for (const seen of await Promise.all(readers)) expect(seen).toEqual(items.map(([item]) => item));
      },
    ),
    sweep(30),
  );
});

test("a failure reaches each reader after the items before it", async () => {
  const list = new GrowingList<string>();
  const reader = async () => {
    const seen: string[] = [];
    try {
      for await (const item of list) seen.push(item);
    } catch (error) {
      return [...seen, error];
    }
    return seen;
  };
  const early = reader();
  list.push("a");
  await turn();
  list.fail("broken");
  expect([await early, await reader()]).toEqual([
    ["a", "broken"],
    ["a", "broken"],
  ]);
});

test("a reader that stops early doesn't hold up the others", async () => {
  const list = new GrowingList<number>();
  const rest = Array.fromAsync(list);
  list.push(1);
  for await (const _ of list) break;
  list.push(2);
  list.end();
  expect(await rest).toEqual([1, 2]);
});
