import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { recordKey } from "../../src/model/keys.ts";
import type { Io, Put, Store } from "../../src/ports/store.ts";
import { MemoryPlace, MemoryStore, type StoreCall } from "../support/memory-store.ts";
import { sweep } from "../support/packed-archive.ts";
import { dataArtifact, seeded, testIo } from "../support/store-fixtures.ts";
import {
  exitOf,
  filesIn,
  makeWorld,
  manifestIn,
  outcomesOf,
  setFolder,
  stateOf,
  storedWorld,
} from "../support/world.ts";

const manifestKey = `${setFolder}app-1.4.0.coldstore.json`;
const kept = (place: MemoryPlace) => filesIn(place).filter((name) => name.includes(".replaced-"));
const nameIn = (text: string) => (JSON.parse(text) as { run: { name: string } }).run.name;

/** A store before some of whose calls something else happens. */
function withBefore(store: Store, happens: (call: StoreCall, key: string) => Promise<void>): Store {
  return {
    name: store.name,
    traits: store.traits,
    preflight: (need, io) => store.preflight(need, io),
    stat: (key, io) => store.stat(key, io),
    open: (key, range, io) => store.open(key, range, io),
    delete: (keys, io) => store.delete(keys, io),
    async settle(io) {
      await happens("settle", "");
      await store.settle(io);
    },
    async *list(prefix, io) {
      await happens("list", prefix);
      yield* store.list(prefix, io);
    },
    async *read(keys, io) {
      await happens("read", keys[0] ?? "");
      yield* store.read(keys, io);
    },
    async *put(items: AsyncIterable<Put> | Iterable<Put>, io: Io) {
      for await (const item of items) {
        await happens("put", item.key);
        yield* store.put([item], io);
      }
    },
    async replace(key, artifact, io) {
      await happens("replace", key);
      return store.replace(key, artifact, io);
    },
  };
}

interface Race {
  readonly names: readonly string[];
  /** None puts before all have decided. */
  readonly together: boolean;
}

/** Runs that replace the set of a place, each under its NAME. */
async function replaceAtOnce(place: MemoryPlace, seed: number, { names, together }: Race) {
  const random = seeded(seed);
  let waiting = 0;
  const all = Promise.withResolvers<void>();
  return Promise.all(
    names.map(async (name, i) => {
      const world = makeWorld({ place });
      for (let skipped = 0; skipped <= i; skipped += 1) await world.list();
      let begun = false;
      const store = withBefore(new MemoryStore({ place, digests: [] }), async (call) => {
        if (together && call === "put" && !begun) {
          begun = true;
          waiting += 1;
          if (waiting === names.length) all.resolve();
          await all.promise;
        }
        for (let left = Math.floor(random() * 8); left > 0; left -= 1) await turn();
      });
      const report = await world.snapshot({ name, onConflict: "replace" }, { stores: [store] });
      return { name, outcome: outcomesOf(report)[0], exit: exitOf(report) };
    }),
  );
}

test.each([
  {
    how: "decide at the same time, exactly one stores it",
    names: ["b", "c", "d"],
    together: true,
    losers: "conflict 10",
  },
  {
    how: "come as they come, each that stores it is kept",
    names: ["b", "c", "d"],
    together: false,
    losers: "conflict 10",
  },
  { how: "make the same of it, exactly one stores it", names: ["b", "b", "b"], together: true, losers: "unchanged 0" },
])("of runs that replace a set and $how; the others give way and nothing is lost", async ({ losers, ...how }) => {
  const { seed, numRuns } = sweep(10);
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (at) => {
      const place = new MemoryPlace();
      await makeWorld({ place }).stored();
      const { [manifestKey]: old, ...files } = stateOf(place);
      const ends = await replaceAtOnce(place, at, how);
      const stored = ends.filter(({ outcome }) => outcome === "stored").map(({ name }) => name);
      for (const { outcome, exit } of ends) expect(["stored 0", losers]).toContain(`${outcome} ${exit}`);
      if (how.together) expect(stored).toHaveLength(1);
      // Every state that a run called stored is there: as the set, or kept beside it.
      const states = [manifestIn(place).run.name, ...kept(place).map((name) => nameIn(place.text(setFolder + name)))];
      expect(states.sort()).toEqual(["app-1.4.0", ...stored].sort());
      expect(stateOf(place)).toMatchObject(files);
      expect(Object.values(stateOf(place))).toContain(old);
      expect(outcomesOf(await makeWorld({ place }).verify())).toEqual(["ok"]);
    }),
    { seed, numRuns, endOnFailure: true },
  );
});

const freezeKey = recordKey({ project: "acme/app", mode: "snapshot", id: "v1.4.0" }, "freeze", {
  time: "20261122T030000Z",
  run: "x",
});

test("a set that is frozen while its replacement is made, up to the swap, stays as it was", async () => {
  let calls = 1;
  for (let at = 0; at < calls; at += 1) {
    const world = await storedWorld();
    const before = stateOf(world.place);
    let seen = 0;
    let swapped = false;
    const store = withBefore(world.store, async (call) => {
      if (call === "replace") swapped = true;
      if (seen === at && !swapped)
        for await (const _ of world.store.put([{ key: freezeKey, artifact: dataArtifact("{}") }], testIo()));
      if (!swapped) seen += 1;
    });
    const report = await world.snapshot({ prefix: "b/", onConflict: "replace" }, { stores: [store] });
    calls = seen;
    // Up to the last look: its listing of the set, of its records, and its manifest.
    if (at >= calls - 1) break;
    expect([at, exitOf(report)]).toEqual([at, 10]);
    expect(report.errors[0]!.message).toMatch(/frozen/);
    expect(stateOf(world.place)).toEqual(before);
  }
  expect(calls).toBeGreaterThan(10);
});

test("a run that broke between keeping the old manifest and the swap doesn't stand in a later one's way", async () => {
  const world = await storedWorld();
  const { [manifestKey]: old } = stateOf(world.place);
  for (const prefix of ["b/", "c/"]) {
    world.store.fail("replace", new ColdstoreError("store", "the power went"));
    expect(exitOf(await world.snapshot({ prefix, onConflict: "replace" }))).toBe(5);
    expect(stateOf(world.place)[manifestKey]).toBe(old);
  }
  expect(kept(world.place)).toHaveLength(2);
  await world.stored({ prefix: "d/", onConflict: "replace" });
  expect(manifestIn(world.place).content.prefix).toBe("d/");
  expect(kept(world.place)).toHaveLength(3);
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("a run that another one took for broken gives way when it wakes up", async () => {
  const world = await storedWorld();
  const slow = withBefore(world.store, async (call, key) => {
    // It stands still once it has kept the old manifest, while another run comes, sees that copy, and does it all.
    const asleep = call === "settle" && kept(world.place).length === 1 && key === "";
    if (asleep) await world.stored({ name: "quick", onConflict: "replace" });
  });
  const report = await world.snapshot({ name: "slow", onConflict: "replace" }, { stores: [slow] });
  expect(outcomesOf(report)).toEqual(["conflict"]);
  expect(manifestIn(world.place).run.name).toBe("quick");
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("a run that was overtaken in the very moment of its swap doesn't say stored", async () => {
  const world = await storedWorld();
  let overtaking: Promise<unknown> | undefined;
  const slow = withBefore(world.store, async (call) => {
    if (call === "replace") overtaking = world.stored({ name: "quick", onConflict: "replace" });
    await overtaking;
  });
  const report = await world.snapshot({ name: "slow", onConflict: "replace" }, { stores: [slow] });
  expect(outcomesOf(report)).toEqual(["conflict"]);
  expect(report.errors[0]!.message).toMatch(/run this one again/);
});
