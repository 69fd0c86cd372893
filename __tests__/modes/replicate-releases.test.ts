import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { replicate } from "../../src/modes/replicate.ts";
import type { Store } from "../../src/ports/store.ts";
import { addTag } from "../support/github-server/seed.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { Life, mortalStore } from "../support/mortal-store.ts";
import { plainSet, putPlainSet, type PlainSet } from "../support/plain-set.ts";
import { replicaPorts, replicateDefaults, setsOf } from "../support/replicas.ts";
import { filesOf, releaseWorld, type ReleaseWorld } from "../support/release-world.ts";
import { sha256Of } from "../support/store-fixtures.ts";
import { exitOf, outcomesOf } from "../support/world.ts";

/** A store with sets of these tags, whose commits the server knows by them. */
function taggedSource(world: ReleaseWorld, ...sets: readonly PlainSet[]): MemoryStore {
  const place = new MemoryPlace();
  for (const set of sets) {
    const { source } = plainSet(set).manifest.content;
    if (source !== undefined && /^v\d/.test(set.id))
      addTag(world.server.state, world.repository, set.id, { commit: source.commit });
    putPlainSet(place, set);
  }
  return new MemoryStore({ name: "source", place, digests: [] });
}

const run = async (from: Store, stores: readonly Store[], number = 1, settings = {}) =>
  replicate({ ...replicateDefaults, ...settings }, replicaPorts(from, stores, number));

test("sets go into the releases of their tags, which are published last, and come back byte for byte", async () => {
  await using world = await releaseWorld();
  const from = taggedSource(world, { id: "v1.4.0", files: { "tool.bin": "tool" } }, { id: "v1.5.0", archive: "newer" });
  const report = await run(from, [world.store()]);
  expect([report.status, outcomesOf(report), report.warnings]).toEqual(["ok", ["stored", "stored"], []]);
  expect(report.outcomes[0]).toMatchObject({ proof: "digest", url: expect.stringContaining("/releases/tag/v1.4.0") });
  expect(world.releases().map(({ tag, draft }) => [tag, draft])).toEqual([
    ["v1.4.0", false],
    ["v1.5.0", false],
  ]);
  for (const release of world.releases()) {
    const folder = `acme/app/snapshot/${release.tag}/`;
    const own = from.place.keys().filter((key) => key.startsWith(folder));
    const digests = own.map((key) => [key.slice(folder.length), sha256Of(from.place.objects.get(key)!.data)] as const);
    expect(filesOf(release)).toEqual(Object.fromEntries(digests));
  }
  const again = await run(from, [world.store()], 2);
  expect([again.status, outcomesOf(again)]).toEqual(["unchanged", ["unchanged", "unchanged"]]);
  const back = new MemoryStore({ name: "back", digests: [] });
  const returned = await run(world.store(), [back], 3);
  expect([returned.status, outcomesOf(returned)]).toEqual(["ok", ["stored", "stored"]]);
  expect(setsOf(back.place)).toEqual(setsOf(from.place));
});

test("what no release can take is refused by a sentence, and the rest is copied", async () => {
  await using world = await releaseWorld();
  const from = taggedSource(
    world,
    { id: "v1.4.0" },
    { id: "v1.5.0" },
    { mode: "archive", id: "20261122T030000Z-0123456" },
    { project: "acme/lib", id: "v2.0.0" },
    { id: "v3.0.0", files: { "empty.bin": "" } },
  );
  addTag(world.server.state, world.repository, "v1.5.0", { commit: world.repository.branches.get("main")! });
  const report = await run(from, [world.store()]);
  const told = Object.fromEntries(report.outcomes.map(({ set = "", outcome, detail }) => [set, [outcome, detail]]));
  expect(told).toEqual({
    "acme/app/snapshot/v1.4.0": ["stored", undefined],
    "acme/app/snapshot/v1.5.0": ["conflict", expect.stringMatching(/the tag v1\.5\.0 has moved/)],
    "acme/app/archive/20261122T030000Z-0123456": ["failed", expect.stringMatching(/a release needs a tag/)],
    "acme/lib/snapshot/v2.0.0": [
      "failed",
      "acme/lib/snapshot/v2.0.0 can't be stored in release, whose sets are all of acme/app; set project to acme/lib, or store it elsewhere",
    ],
    "acme/app/snapshot/v3.0.0": [
      "failed",
      expect.stringMatching(/^acme\/app\/snapshot\/v3\.0\.0: .* takes no empty files/),
    ],
  });
  expect(world.releases().map(({ tag }) => tag)).toEqual(["v1.4.0"]);
});

test("a file that is larger than a store takes keeps its set out, with the way out", async () => {
  const place = new MemoryPlace();
  putPlainSet(place, { id: "v1", archive: "x".repeat(3000) });
  putPlainSet(place, { id: "v2" });
  const memory = new MemoryStore({ name: "release", likeReleases: true });
  const traits = { ...memory.traits, maxObjectBytes: 1000 };
  const small = new Proxy<Store>(memory, {
    get(target, name) {
      const value: unknown = name === "traits" ? traits : Reflect.get(target, name, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
  const report = await run(new MemoryStore({ name: "source", place }), [small]);
  expect([outcomesOf(report), exitOf(report)]).toEqual([["failed", "stored"], 2]);
  expect(report.outcomes[0]?.detail).toMatch(/app\.tar \(3\.0 kB\) .* files of up to 1\.0 kB: .*split-size: 1900MiB/);
});

test("a run that was killed is completed by the next one, in the same release", async () => {
  for (const moment of [30, 45, 60]) {
    await using world = await releaseWorld();
    const from = taggedSource(world, { id: "v1.4.0", files: { "tool.bin": "tool" } });
    const life = new Life(moment);
    const killed = new ColdstoreError("store", "killed");
    await run(mortalStore(from, life), [mortalStore(world.store(), life)]).catch(() => killed);
    const drafts = world.releases().filter(({ draft }) => !draft);
    if (life.isOver) expect(drafts.length).toBeLessThanOrEqual(1);
    const report = await run(from, [world.store()], 2);
    expect([moment, report.errors, world.releases().length]).toEqual([moment, [], 1]);
    const digests = Object.values(filesOf(world.releases()[0])).sort();
    expect(digests).toEqual([...from.place.objects.values()].map(({ data }) => sha256Of(data)).sort());
    expect(world.releases()[0]).toMatchObject({ tag: "v1.4.0", draft: false });
  }
});
