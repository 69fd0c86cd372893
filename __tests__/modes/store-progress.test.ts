import { expect, test } from "vitest";
import { openActionsLog } from "../../src/adapters/log/actions-log.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Progress } from "../../src/ports/log.ts";
import type { Io, Put, Store } from "../../src/ports/store.ts";
import { fakeLogClock } from "../support/log-clock.ts";
import { RemoteStore } from "../support/remote-store.ts";
import { exitOf, filesIn, makeWorld, manifestIn, setFolder } from "../support/world.ts";

interface Shown {
  readonly title: string;
  total: number | undefined;
  bytes: number;
  ended: boolean;
}

function watchedProgress(): { readonly progress: Progress; readonly shown: Shown[] } {
  const shown: Shown[] = [];
  const start: Progress["start"] = (title, total) => {
    const one: Shown = { title, total, bytes: 0, ended: false };
    shown.push(one);
    return {
      add: (bytes) => void (one.bytes += bytes),
      expect: (bytes) => void (one.total = bytes),
      done: () => void (one.ended = true),
    };
  };
  return { progress: { start }, shown };
}

function bytesOfFiles({ place }: RemoteStore): number {
  const files = filesIn(place).filter((name) => !name.endsWith(".coldstore.json"));
  return files.reduce((sum, name) => sum + place.objects.get(setFolder + name)!.data.length, 0);
}

test("each store shows how much of the set is there, then how much of it was read back", async () => {
  const stores = [new RemoteStore({ name: "r2:a" }), new RemoteStore({ name: "r2:b", confirms: () => "md5" })];
  const { progress, shown } = watchedProgress();
  await makeWorld().stored({}, { stores, progress });
  const total = bytesOfFiles(stores[0]!);
  const all = { total, bytes: total, ended: true };
  expect(shown.filter(({ title }) => title.includes("r2:"))).toEqual([
    { title: "storing app-1.4.0 in r2:a", ...all },
    { title: "storing app-1.4.0 in r2:b", ...all },
    { title: "reading back app-1.4.0 in r2:a", ...all },
  ]);
  expect(shown.every(({ ended }) => ended)).toBe(true);
});

test("with prove: read an archive that was read back is read again, entry by entry", async () => {
  const store = new RemoteStore({ name: "r2:a" });
  const { progress, shown } = watchedProgress();
  await makeWorld({ place: store.place }).stored({ prove: "read" }, { stores: [store], progress });
  const archive = manifestIn(store.place).artifacts[0]!.bytes;
  expect(shown.at(-1)).toMatchObject({ title: "reading back app-1.4.0 in r2:a", total: bytesOfFiles(store) + archive });
});

test("a store that fails shows no more", async () => {
  const store = new RemoteStore({ name: "r2:a" });
  store.fail("put", new ColdstoreError("store", "full"));
  const { progress, shown } = watchedProgress();
  expect(exitOf(await makeWorld().snapshot({}, { stores: [store], progress }))).toBe(5);
  expect(shown.map(({ title, ended }) => [title, ended])).toEqual([
    ["packing app-1.4.0", true],
    ["storing app-1.4.0 in r2:a", true],
  ]);
});

/** Takes two minutes for each file. */
function slow(store: RemoteStore, advance: (ms: number) => void): Store {
  async function* put(items: AsyncIterable<Put> | Iterable<Put>, io: Io) {
    for await (const item of items) {
      for (let left = 120; left > 0; left -= 1) advance(1000);
      yield* store.put([item], io);
    }
  }
  return new Proxy<Store>(store, {
    get: (target, key) => {
      const member: unknown = key === "put" ? put : Reflect.get(target, key, target);
      return typeof member === "function"
        ? (...args: unknown[]): unknown => Reflect.apply(member, target, args)
        : member;
    },
  });
}

test("in a workflow's log a slow store has a line at least every half minute", async () => {
  const clock = fakeLogClock();
  const lines: { readonly at: number; readonly text: string }[] = [];
  const write = (text: string) => void lines.push({ at: clock.now(), text });
  const { progress, ...output } = openActionsLog({ write, clock, color: false, debug: false });
  const store = new RemoteStore({ name: "r2:a" });
  await makeWorld().stored({}, { stores: [slow(store, (ms) => clock.advance(ms))], progress });
  output[Symbol.dispose]();
  const times = lines.filter(({ text }) => text.startsWith("  storing app-1.4.0 in r2:a")).map(({ at }) => at);
  expect(times.length).toBeGreaterThan(15);
  const gaps = times.slice(1).map((at, i) => at - times[i]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(31_000);
  expect(lines.at(-1)!.text).toMatch(/\d+ % {2}[\d.]+ k?B of [\d.]+ k?B/u);
});
