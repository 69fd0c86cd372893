import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { listSet } from "../../src/steps/list-sets.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { putPlainSet } from "../support/plain-set.ts";
import { recordsOf, replicas, type Replicas } from "../support/replicas.ts";
import { testIo } from "../support/store-fixtures.ts";
import { exitOf, outcomesOf } from "../support/world.ts";

const folder = "acme/app/records/snapshot/v1/";
const name = { project: "acme/app", mode: "snapshot", id: "v1" };

function withRecords(...records: readonly string[]): Replicas {
  const world = replicas();
  putPlainSet(world.source, { id: "v1" });
  remember(world, ...records);
  return world;
}

function remember({ source }: Replicas, ...records: readonly string[]): void {
  for (const record of records)
    source.objects.set(`${folder}${record}.json`, {
      data: Buffer.from(`{"of": "${record}"}\n`),
      modified: new Date(0),
    });
}

const frozenIn = async (store: Store) => (await listSet(store, name, testIo())).frozen;

test("records come along as they are, and history doesn't", async () => {
  const records = ["freeze-20261122T040000Z-a", "proof-20261122T030100Z-a", "tomb-20261122T050000Z-b"];
  const world = withRecords(...records);
  world.source.objects.set("acme/app/history/20261122T030100Z-a.json", {
    data: Buffer.from("{}"),
    modified: new Date(0),
  });
  await world.replicate();
  const { place } = world.targets[0]!;
  for (const record of records) expect(place.text(`${folder}${record}.json`)).toBe(`{"of": "${record}"}\n`);
  expect(recordsOf(place)).toHaveLength(records.length + 1);
  expect(place.keys().filter((key) => key.includes("/history/"))).toEqual([
    "acme/app/history/20261123T030001Z-copy-1.json",
  ]);
  expect(await frozenIn(world.targets[0]!)).toBe(true);
});

test("records that come later are brought by the next run, to a set that is unchanged", async () => {
  const world = withRecords();
  await world.replicate();
  remember(world, "freeze-20261122T040000Z-a");
  expect(outcomesOf(await world.replicate())).toEqual(["unchanged"]);
  expect(await frozenIn(world.targets[0]!)).toBe(true);
  remember(world, "unfreeze-20261122T050000Z-a");
  await world.replicate();
  expect(await frozenIn(world.targets[0]!)).toBe(false);
});

test("what was proven elsewhere doesn't make a copy look proven that nobody has", async () => {
  const world = withRecords("proof-20261122T030100Z-a", "freeze-20261122T040000Z-a");
  await world.replicate({ prove: "none" });
  const [target] = world.targets;
  expect(recordsOf(target!.place)).toEqual([`${folder}freeze-20261122T040000Z-a.json`]);
  expect(await world.replicate({ prove: "none" })).toMatchObject({ status: "unproven" });
  await world.replicate();
  expect(recordsOf(target!.place, "proof")).toHaveLength(2);
});

test("a marker that a store doesn't take makes the run red, another record only warns", async () => {
  const broken = new ColdstoreError("store", "it's read-only");
  const world = withRecords("freeze-20261122T040000Z-a");
  world.targets[0]!.fail("put", broken, { key: `${folder}freeze-20261122T040000Z-a.json` });
  const red = await world.replicate();
  expect([red.status, outcomesOf(red), exitOf(red)]).toEqual(["failed", ["stored"], 5]);
  expect(red.errors[0]?.message).toBe(
    "acme/app/snapshot/v1 is stored in target-1, but not as frozen as in source: it's read-only",
  );
  const other = withRecords("tomb-20261122T040000Z-a");
  other.targets[0]!.fail("put", broken, { key: `${folder}tomb-20261122T040000Z-a.json` });
  const warned = await other.replicate();
  expect([warned.status, warned.warnings]).toEqual([
    "ok",
    ["target-1 didn't take all records of acme/app/snapshot/v1: it's read-only"],
  ]);
});

test("a store without records gets none, and that a frozen set isn't frozen there is said", async () => {
  const world = withRecords("freeze-20261122T040000Z-a", "proof-20261122T030100Z-a");
  const release = new MemoryStore({ name: "release", likeReleases: true });
  const report = await world.replicate({}, { stores: [release] });
  expect(outcomesOf(report)).toEqual(["stored"]);
  expect(release.place.keys().every((key) => key.startsWith("acme/app/snapshot/v1/"))).toBe(true);
  expect(report.warnings).toEqual([expect.stringContaining("is frozen in source, but not in release")]);
  expect(report.outcomes[0]).toMatchObject({ url: "https://releases.example/v1" });
  expect(report.outputs).toMatchObject({ set: "v1", "release-id": 7 });
  expect(release.place.shown).toHaveLength(1);
  await world.replicate({}, { stores: [release] });
  expect(release.place.shown).toHaveLength(1);
});

test("a locked set takes no repair and no replacement, and is unchanged where nothing is to be done", async () => {
  const world = withRecords();
  const release = new MemoryStore({ name: "release", likeReleases: true });
  await world.replicate({}, { stores: [release] });
  release.place.lock(name);
  expect(outcomesOf(await world.replicate({}, { stores: [release] }))).toEqual(["unchanged"]);
  release.place.objects.delete("acme/app/snapshot/v1/app.tar");
  const report = await world.replicate({}, { stores: [release] });
  expect([report.status, outcomesOf(report), exitOf(report)]).toEqual(["immutable", ["immutable"], 10]);
});
