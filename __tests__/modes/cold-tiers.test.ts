import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Io, SmallObject } from "../../src/ports/store.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { RemoteStore } from "../support/remote-store.ts";
import { exitOf, makeWorld, outcomesOf, storedWorld } from "../support/world.ts";

const isArchive = (key: string) => key.endsWith(".tar.gz");

/** A store whose archives have gone to a cold tier since they were stored. */
async function cooled(freezes: (key: string) => boolean = isArchive): Promise<RemoteStore> {
  const { place } = await storedWorld();
  return new RemoteStore({ place, freezes });
}

test.each(["digest", "read", "drill"] as const)(
  "at level %s what has to be thawed is unknown, and named",
  async (level) => {
    const store = await cooled();
    const report = await makeWorld({ place: store.place }).verify({ level }, { stores: [store] });
    expect(report.outcomes).toMatchObject([
      { outcome: "unknown", file: "app-1.4.0.tar.gz", detail: expect.stringMatching(/has to be thawed/) },
    ]);
    expect(exitOf(report)).toBe(5);
    expect(store.place.keys().filter((key) => key.includes("/proof-"))).toHaveLength(1);
  },
);

test("names and sizes are told without thawing", async () => {
  const store = await cooled();
  const report = await makeWorld({ place: store.place }).verify({ level: "list" }, { stores: [store] });
  expect([outcomesOf(report), exitOf(report)]).toEqual([["unproven"], 0]);
});

test("what has been thawed is verified, whatever tier the listing calls it of", async () => {
  const store = await cooled();
  store.thaw();
  const report = await makeWorld({ place: store.place }).verify({}, { stores: [store] });
  expect([outcomesOf(report), exitOf(report)]).toEqual([["ok"], 0]);
});

test("a listing shows what has to be thawed, and the set is complete", async () => {
  const store = await cooled();
  const report = await makeWorld({ place: store.place }).list({}, { stores: [store] });
  const cold = "app-1.4.0.tar.gz lies in the cold tier GLACIER and has to be thawed before it can be read";
  expect(report.details).toMatchObject({ rows: [{ state: "complete", detail: cold }] });
  expect(report.warnings).toEqual([`acme/app/snapshot/v1.4.0: ${cold}`]);
  expect(exitOf(report)).toBe(0);
});

/** Manifests are frozen, too. */
class AllFrozen extends RemoteStore {
  override async *read(keys: readonly string[], io: Io): AsyncGenerator<SmallObject> {
    io.signal.throwIfAborted();
    for (const key of keys) yield { key, error: new ColdstoreError("store", `${key} has to be thawed first`) };
  }
}

test("a set whose manifest has to be thawed is unknown, not damaged goods", async () => {
  const { place } = await storedWorld();
  const store = new AllFrozen({ place, freezes: () => true });
  const world = makeWorld({ place });
  for (const report of [await world.list({}, { stores: [store] }), await world.verify({}, { stores: [store] })]) {
    expect(report.outcomes).toMatchObject([{ outcome: "unknown", detail: expect.stringMatching(/has to be thawed/) }]);
    expect(exitOf(report)).toBe(5);
  }
});

test("a restore takes another copy, and says what to thaw when there is none", async () => {
  const store = await cooled();
  const world = makeWorld({ place: store.place });
  await using target = new MemoryTarget();
  const report = await world.restore({}, { stores: [store, world.store], openTarget: async () => target });
  expect(report.outcomes).toMatchObject([{ outcome: "ok", store: "memory" }]);
  await expect(
    world.restore({}, { stores: [store], openTarget: async () => new MemoryTarget() }),
  ).rejects.toMatchObject({
    failure: "store",
    message: expect.stringMatching(/app-1\.4\.0\.tar\.gz in r2:backups is in a cold tier and has to be thawed first/),
  });
});
