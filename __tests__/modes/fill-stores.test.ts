import * as fc from "fast-check";
import { expect, test } from "vitest";
import { setImmediate as turn } from "node:timers/promises";
import { concurrently } from "../../src/adapters/local/concurrently.ts";
import { asColdstoreError, ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import type { Io, Put, Store } from "../../src/ports/store.ts";
import type { SnapshotSettings } from "../../src/settings/settings.ts";
import { MemoryPlace, MemoryStore, type StoreCall } from "../support/memory-store.ts";
import { sweep } from "../support/packed-archive.ts";
import { seeded } from "../support/store-fixtures.ts";
import { exitOf, filesIn, makeWorld, manifestIn, outcomesOf, stateOf } from "../support/world.ts";

const isManifest = (name: string) => name.endsWith(".coldstore.json");

/** No manifest, or one with all its files as it says. */
async function expectWholeOrNone(place: MemoryPlace): Promise<void> {
  if (!filesIn(place).some(isManifest)) return;
  expect(outcomesOf(await makeWorld({ place }).verify())).toEqual(["ok"]);
}

test.each(["put", "settle", "open", "read", "list", "preflight"] as const)(
  "whichever %s fails, no manifest stands without all its files, and the next run completes the set",
  async (call: StoreCall) => {
    const counting = makeWorld();
    await counting.stored();
    const count = counting.store.calls.filter((each) => each.call === call).length;
    expect(count).toBeGreaterThan(0);
    for (let nth = 1; nth <= count; nth += 1) {
      const world = makeWorld();
      world.store.fail(call, new ColdstoreError("store", "the disk is full"), { nth });
      const report = await world.snapshot().catch((error: unknown) => asColdstoreError(error));
      if (report instanceof ColdstoreError) expect(report.failure).toBe("store");
      else if (outcomesOf(report).includes("failed")) expect(exitOf(report)).toBe(5);
      else expect(outcomesOf(report)).toEqual(["stored"]);
      await expectWholeOrNone(world.place);
      expect(["stored", "unchanged"]).toContain(outcomesOf(await world.snapshot())[0]);
      expect(outcomesOf(await world.verify())).toEqual(["ok"]);
      expect(filesIn(world.place)).toHaveLength(5);
    }
  },
);

test("whichever put or replacement fails while a set is replaced, the old set or the new one stands, and the next run completes", async () => {
  for (let nth = 1; nth <= 7; nth += 1) {
    const world = makeWorld();
    await world.stored();
    if (nth === 7) world.store.fail("replace", new ColdstoreError("store", "gone"));
    else world.store.fail("put", new ColdstoreError("store", "gone"), { nth });
    await world.snapshot({ prefix: "b/", onConflict: "replace" });
    expect(filesIn(world.place).filter(isManifest)).toHaveLength(1);
    // Files of the attempt that broke are extra to the old manifest; nothing of it is missing or changed.
    const faults = (await world.verify()).outcomes.filter(({ outcome }) => outcome !== "ok");
    expect(faults.filter(({ detail }) => !detail!.startsWith("extra"))).toEqual([]);
    await world.stored({ prefix: "b/", onConflict: "replace" });
    expect(manifestIn(world.place).content.prefix).toBe("b/");
    expect(outcomesOf(await world.verify())).toEqual(["ok"]);
  }
});

/** Lets each call of a store wait for a random number of turns. */
function jittery(store: MemoryStore, random: () => number): Store {
  const pause = async () => {
    for (let left = Math.floor(random() * 6); left > 0; left -= 1) await turn();
  };
  return new Proxy<Store>(store, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
      if (["stat", "settle", "open", "replace", "preflight"].includes(String(key)))
        return async (...args: unknown[]) => {
          await pause();
          const answer = await call(...args);
          await pause();
          return answer;
        };
      return async function* (...args: unknown[]) {
        await pause();
        for await (const item of call(...args) as AsyncIterable<unknown>) {
          await pause();
          yield item;
          await pause();
        }
      };
    },
  });
}

/** A store that takes several items at once, each when its time comes, as one over a network does. */
function inParallel(store: Store, random: () => number): Store {
  const put = (items: AsyncIterable<Put> | Iterable<Put>, io: Io) =>
    concurrently(items, { limit: 4, signal: io.signal }, async (item) => {
      for (let left = Math.floor(random() * 12); left > 0; left -= 1) await turn();
      const [outcome] = await Array.fromAsync(store.put([item], io));
      return outcome!;
    });
  return new Proxy<Store>(store, { get: (target, key) => (key === "put" ? put : Reflect.get(target, key, target)) });
}

async function race(
  seed: number,
  all: readonly Partial<SnapshotSettings>[],
): Promise<{ place: MemoryPlace; reports: Report[] }> {
  const place = new MemoryPlace();
  const random = seeded(seed);
  const reports = await Promise.all(
    all.map(async (settings, i) => {
      const world = makeWorld({ place });
      for (let skipped = 0; skipped < i; skipped += 1) await world.list();
      for (let left = Math.floor(random() * 80); left > 0; left -= 1) await turn();
      const store = jittery(new MemoryStore({ place, digests: [] }), random);
      return world.snapshot(settings, { stores: [seed % 2 === 0 ? store : inParallel(store, random)] });
    }),
  );
  return { place, reports };
}

async function expectOneWinner(
  place: MemoryPlace,
  reports: readonly Report[],
  losers: readonly string[],
): Promise<void> {
  const ends = reports.flatMap(outcomesOf);
  expect(ends.filter((end) => end === "stored")).toHaveLength(1);
  for (const end of ends) expect(["stored", ...losers]).toContain(end);
  expect(filesIn(place).filter(isManifest)).toHaveLength(1);
  const { outcomes } = await makeWorld({ place }).verify();
  // A format that only the loser has can be left behind when it gives up in the very moment in which the other is done.
  const faults = outcomes.filter(({ outcome, file }) => outcome !== "ok" && file !== "app-1.4.0.tar");
  expect(faults).toEqual([]);
}

const kinds: readonly { name: string; runs: readonly Partial<SnapshotSettings>[]; losers: readonly string[] }[] = [
  { name: "the same content", runs: [{}, {}], losers: ["unchanged"] },
  { name: "three of the same content", runs: [{}, {}, {}], losers: ["unchanged"] },
  { name: "other content", runs: [{}, { prefix: "b/" }], losers: ["conflict"] },
  {
    name: "the same content under another NAME",
    runs: [{ prefix: "p/" }, { name: "twin", prefix: "p/" }],
    losers: ["unchanged"],
  },
  { name: "other content under another NAME", runs: [{}, { name: "twin" }], losers: ["conflict"] },
  {
    name: "three NAMEs",
    runs: [
      { name: "a", prefix: "p/" },
      { name: "b", prefix: "p/" },
      { name: "c", prefix: "p/" },
    ],
    losers: ["unchanged"],
  },
  { name: "other formats", runs: [{}, { formats: ["tar.gz", "tar"] }], losers: ["unchanged", "conflict"] },
];

test.each(kinds)(
  "of runs at once with $name exactly one stores the set, and it verifies clean",
  async ({ runs, losers }) => {
    const { seed, numRuns } = sweep(20);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (at) => {
        const { place, reports } = await race(at, runs);
        await expectOneWinner(place, reports, losers);
      }),
      { seed, numRuns, endOnFailure: true },
    );
  },
);

test("a run that is stopped at any moment reports that, leaves no manifest without its files, and the next run completes", async () => {
  const { seed, numRuns } = sweep(20);
  const reason = new ColdstoreError("interrupted", "stopped");
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 60 }), async (calls) => {
      const stop = new AbortController();
      const world = makeWorld();
      const store = new MemoryStore({ place: world.place, digests: [] });
      const push = store.calls.push.bind(store.calls);
      store.calls.push = (...items) => {
        if (store.calls.length >= calls) stop.abort(reason);
        return push(...items);
      };
      const end = await world
        .snapshot({}, { stores: [store], signal: stop.signal })
        .then(exitOf, (error: unknown) => (error === reason ? 130 : String(error)));
      expect(stop.signal.aborted ? [130, 0] : [0]).toContain(end);
      await expectWholeOrNone(world.place);
      expect(["stored", "unchanged"]).toContain(outcomesOf(await world.snapshot())[0]);
      expect(outcomesOf(await world.verify())).toEqual(["ok"]);
    }),
    { seed, numRuns, endOnFailure: true },
  );
});

test("a run that is stopped while it packs stores nothing and is interrupted", async () => {
  const stop = new AbortController();
  const world = makeWorld();
  const meter = { add: () => stop.abort(new ColdstoreError("interrupted", "stopped")), done: () => {} };
  const end = await world
    .snapshot({}, { signal: stop.signal, progress: { start: () => meter } })
    .then(exitOf, (error: unknown) => asColdstoreError(error).failure);
  expect([130, "interrupted"]).toContain(end);
  expect(filesIn(world.place)).toEqual([]);
});

test("a store that a run gives way in keeps nothing of it", async () => {
  const place = new MemoryPlace();
  const world = makeWorld({ place });
  await world.stored();
  const before = stateOf(place);
  // As a run that looked before the other one began: it sees an empty store until its first put.
  const blind = new MemoryStore({ place, digests: [] });
  const list = blind.list.bind(blind);
  let looks = 0;
  blind.list = async function* (prefix: string, io: Io) {
    looks += 1;
    if (looks > 2) yield* list(prefix, io);
  };
  const report = await world.snapshot({ name: "twin", prefix: "twin/" }, { stores: [blind] });
  expect(outcomesOf(report)).toEqual(["conflict"]);
  expect(report.errors[0]!.message).toMatch(/another run stored other content/);
  expect(stateOf(place)).toEqual(before);
});
