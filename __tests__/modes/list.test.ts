import { expect, test } from "vitest";
import type { Details } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import {
  errorOf,
  exitOf,
  filesIn,
  makeWorld,
  outcomesOf,
  setFolder,
  smallProject,
  storedWorld,
  type World,
} from "../support/world.ts";

async function details<K extends Details["kind"]>(world: World, kind: K, settings: Parameters<World["list"]>[0] = {}) {
  const found = (await world.list(settings)).details;
  if (found?.kind !== kind) throw new Error(`it is ${found?.kind}`);
  return found as Extract<Details, { kind: K }>;
}

test("an empty store has no rows", async () => {
  expect((await details(makeWorld(), "sets")).rows).toEqual([]);
});

test("each set is a row with its state, times, size and freeze marker", async () => {
  const world = makeWorld({
    repository: { ...smallProject, tags: { v1: "light", v2: "light", v3: "light", v4: "light" } },
  });
  await world.stored({ ref: "v1", freeze: true });
  await world.stored({ ref: "v2", prove: "none" });
  await world.stored({ ref: "v3" });
  await world.stored({ ref: "v4" });
  world.place.drop("acme/app/snapshot/v3/app-3.coldstore.json");
  world.place.flipByte("acme/app/snapshot/v4/app-4.coldstore.json", 9);
  const { rows } = await details(world, "sets");
  expect(rows).toMatchObject([
    {
      set: { project: "acme/app", mode: "snapshot", id: "v1" },
      state: "complete",
      made: "2026-11-22T03:00:01Z",
      proven: "2026-11-22T03:00:01Z",
      frozen: true,
    },
    { set: { id: "v2" }, state: "complete", made: "2026-11-22T03:00:02Z", frozen: false },
    { set: { id: "v3" }, state: "incomplete" },
    { set: { id: "v4" }, state: "damaged" },
  ]);
  expect(rows[1]).not.toHaveProperty("proven");
  const folder = "acme/app/snapshot/v1/";
  const bytes = filesIn(world.place, folder).reduce(
    (sum, name) => sum + world.place.objects.get(folder + name)!.data.length,
    0,
  );
  expect(rows[0]!.bytes).toBe(bytes);
});

test("snapshot, list and verify say the same size of a set, also when an earlier state of it lies beside", async () => {
  const world = makeWorld();
  for (const settings of [{}, { prefix: "b/", onConflict: "replace" }] as const) {
    const bytes = (await world.stored(settings)).outcomes[0]!.bytes;
    expect((await world.snapshot(settings)).outcomes[0]!.bytes).toBe(bytes);
    expect((await details(world, "sets")).rows[0]!.bytes).toBe(bytes);
    expect((await world.verify()).outcomes[0]!.bytes).toBe(bytes);
  }
  expect(filesIn(world.place)).toHaveLength(10);
});

test("a set that has lost files is listed as damaged, with what it has lost, and that is no failure", async () => {
  const world = await storedWorld();
  world.place.drop(`${setFolder}app-1.4.0.tar.gz`);
  world.place.truncate(`${setFolder}app-1.4.0.SHA256SUMS`, 5);
  const report = await world.list();
  const [row] = (await details(world, "sets")).rows;
  expect([row?.state, row?.detail]).toEqual(["damaged", expect.stringMatching(/app-1\.4\.0\.tar\.gz is missing/)]);
  expect(row?.detail).toMatch(/app-1\.4\.0\.SHA256SUMS has 5 bytes, not \d+/);
  expect([report.warnings, exitOf(report)]).toEqual([[row?.detail], 0]);
  expect((await world.list({ sets: [{ id: "v1.4.0" }] })).warnings).toEqual([row?.detail]);
});

const manifestKey = `${setFolder}app-1.4.0.coldstore.json`;

test.each<[string, RegExp, (world: World) => void]>([
  ["a broken manifest", /is damaged|was changed/, ({ place }) => place.flipByte(manifestKey, 9)],
  ["two manifests", /two manifests/, ({ place }) => place.objects.set(`${setFolder}b.coldstore.json`, object("{}"))],
  ["no manifest", /no manifest/, ({ place }) => place.drop(manifestKey)],
  [
    "a newer manifest",
    /update Coldstore/,
    ({ place }) => place.objects.set(manifestKey, object(place.text(manifestKey).replace("manifest/1", "manifest/2"))),
  ],
])("a set with %s is listed with the reason", async (_, reason, damage) => {
  const world = await storedWorld();
  damage(world);
  const report = await world.list();
  expect((await details(world, "sets")).rows).toMatchObject([{ detail: expect.stringMatching(reason) }]);
  expect([report.warnings, exitOf(report)]).toEqual([[expect.stringMatching(reason)], 0]);
  expect((await errorOf(world.list({ sets: [{ id: "v1.4.0" }] }))).failure).toBe("integrity");
});

const object = (text: string) => ({ data: Buffer.from(text), modified: new Date(0) });

/** Two stores: `memory` with v1 and v2, `other` with v2 and v3. */
async function twoStores() {
  const repository = { ...smallProject, tags: { v1: "light", v2: "light", v3: "light" } } as const;
  const world = makeWorld({ repository });
  const other = new MemoryStore({ name: "other", place: new MemoryPlace(), digests: [] });
  for (const ref of ["v1", "v2"]) await world.stored({ ref });
  for (const ref of ["v2", "v3"]) await world.stored({ ref }, { stores: [other] });
  return { world, other, stores: [world.store, other] };
}

test("each row says in which of several stores its set is", async () => {
  const { world, stores } = await twoStores();
  const found = (await world.list({}, { stores })).details;
  if (found?.kind !== "sets") throw new Error("no sets");
  expect(found.stores).toEqual(["memory", "other"]);
  expect(found.rows.map(({ store, set }) => `${store} ${set.id}`)).toEqual([
    "memory v1",
    "memory v2",
    "other v2",
    "other v3",
  ]);
});

test("a set that is named is found in whichever store has it, and two of different stores are compared", async () => {
  const { world, stores } = await twoStores();
  expect((await world.list({ sets: [{ id: "v3" }] }, { stores })).details).toMatchObject({
    kind: "set",
    store: "other",
    set: { id: "v3" },
  });
  const ids = [{ id: "v1" }, { id: "v3" }];
  expect((await world.list({ sets: ids }, { stores })).details).toMatchObject({ kind: "difference", changes: [] });
});

test("a set that one store has damaged is shown from the other, and the damage is told", async () => {
  const { world, stores } = await twoStores();
  world.place.flipByte("acme/app/snapshot/v2/app-2.coldstore.json", 9);
  const report = await world.list({ sets: [{ id: "v2" }] }, { stores });
  expect(report.details).toMatchObject({ kind: "set", store: "other" });
  expect(report.warnings).toEqual([expect.stringMatching(/^memory: .*app-2\.coldstore\.json/)]);
});

test("sets that no store has are all named", async () => {
  const { world, stores } = await twoStores();
  const error = await errorOf(world.list({ sets: [{ id: "v8" }, { id: "v9" }] }, { stores }));
  expect([error.failure, error.message]).toEqual([
    "not-found",
    expect.stringMatching(/^there is no set v8 and no set v9 in memory, other; the last ones there are /),
  ]);
});

test("rows can be those of one project", async () => {
  const world = makeWorld();
  for (const project of ["acme/app", "acme/lib"]) await world.stored({ project });
  const { rows } = await details(world, "sets", { project: "acme/lib" });
  expect(rows.map(({ set }) => set.project)).toEqual(["acme/lib"]);
});

test("one set is shown with its manifest and entries; the archive isn't read", async () => {
  const world = await storedWorld();
  const calls = world.store.calls.length;
  const found = await details(world, "set", { sets: [{ id: "v1.4.0" }] });
  expect(found.entries.map(({ path, type, mode, size }) => `${path} ${type} ${mode.toString(8)} ${size}`)).toEqual([
    "README.md file 664 6",
    "link symlink 777 0",
    "src dir 775 0",
    "src/data.txt file 664 5000",
    "src/run.sh file 775 19",
  ]);
  expect(found.manifest.run.set).toBe("v1.4.0");
  expect(found.proven).toBe("2026-11-22T03:00:01Z");
  const read = world.store.calls.slice(calls).filter(({ call }) => call === "open" || call === "read");
  expect([...new Set(read.map(({ key }) => key.slice(setFolder.length)))]).toEqual([
    "app-1.4.0.coldstore.json",
    "app-1.4.0.files.jsonl.gz",
  ]);
});

test("the difference of two sets names what was added, removed and changed", async () => {
  const commits = [
    { files: { same: "s", gone: "g", text: "old", "dir/x": "1", link: { link: "a" } }, tags: { v1: "light" } },
    {
      files: { text: "new!", fresh: "f", "dir/x": { executable: "1" }, link: { link: "b" } },
      remove: ["gone"],
      tags: { v2: "light" },
    },
  ] as const;
  const world = makeWorld({ repository: { commits } });
  for (const ref of ["v1", "v2"]) await world.stored({ ref });
  const found = await details(world, "difference", { sets: [{ id: "v1" }, { id: "v2" }] });
  expect(found.changes.map(({ path, change }) => `${change} ${path}`)).toEqual([
    "changed dir/x",
    "added fresh",
    "removed gone",
    "changed link",
    "changed text",
  ]);
  expect([found.before.id, found.after.id]).toEqual(["v1", "v2"]);
  const back = await details(world, "difference", { sets: [{ id: "v2" }, { id: "v1" }] });
  expect(back.changes.map(({ path, change }) => `${change} ${path}`)).toContain("added gone");
  expect((await details(world, "difference", { sets: [{ id: "v1" }, { id: "v1" }] })).changes).toEqual([]);
});

test("an incomplete and a damaged set aren't shown but explained", async () => {
  const world = await storedWorld();
  world.place.flipByte(`${setFolder}app-1.4.0.coldstore.json`, 9);
  expect((await errorOf(world.list({ sets: [{ id: "v1.4.0" }] }))).failure).toBe("integrity");
  world.place.drop(`${setFolder}app-1.4.0.coldstore.json`);
  expect((await errorOf(world.list({ sets: [{ id: "v1.4.0" }] }))).message).toMatch(/has no manifest/);
});

test("a damaged file list is an integrity failure", async () => {
  const world = await storedWorld();
  world.place.truncate(`${setFolder}app-1.4.0.files.jsonl.gz`, 60);
  expect((await errorOf(world.list({ sets: [{ id: "v1.4.0" }] }))).failure).toBe("integrity");
});

test("a file list that was changed and is still readable isn't shown as the set's entries", async () => {
  const world = makeWorld({ repository: { ...smallProject, tags: { v1: "light", v2: "light" } } });
  const other = makeWorld({ repository: { files: { evil: "x" }, tags: { v1: "light" } }, place: new MemoryPlace() });
  await world.stored({ ref: "v1" });
  await other.stored({ ref: "v1" });
  const key = "acme/app/snapshot/v1/app-1.files.jsonl.gz";
  world.place.objects.set(key, other.place.objects.get(key)!);
  const error = await errorOf(world.list({ sets: [{ id: "v1" }] }));
  expect([error.failure, error.message]).toEqual(["integrity", expect.stringMatching(/app-1\.files\.jsonl\.gz/)]);
});

test("a single file's set is shown from the manifest beside it", async () => {
  const stored = await storedWorld();
  const place = new MemoryPlace();
  for (const name of filesIn(stored.place)) place.objects.set(name, stored.place.objects.get(setFolder + name)!);
  const world = makeWorld({ place });
  const found = await details(world, "set", { file: "/here/app-1.4.0.tar.gz" });
  expect(found.entries).toHaveLength(5);
  place.drop("app-1.4.0.coldstore.json");
  expect((await errorOf(world.list({ file: "/here/app-1.4.0.tar.gz" }))).message).toMatch(
    /no manifest beside it.*: tar -tvf \/here/,
  );
  for (const [file, look] of [
    ["/a/b.zip", "unzip -l /a/b.zip"],
    ["/a/b.tar.zst", "tar --zstd -tvf /a/b.tar.zst"],
    ["/a/b.tar", "tar -tvf /a/b.tar"],
  ] as const)
    expect((await errorOf(world.list({ file }))).message).toContain(`plain look: ${look}`);
});

test("a store that can't be listed is a failure of the store, with every reason", async () => {
  const world = makeWorld();
  world.store.problems.push(
    new ColdstoreError("not-found", "there is no such folder"),
    new ColdstoreError("store", "no permission"),
  );
  const error = await errorOf(world.list());
  expect(error.message).toBe("there is no such folder\nno permission");
});

test("of several stores the ones that are down are named, and the others shown", async () => {
  const world = await storedWorld();
  const down = new MemoryStore({ name: "down" });
  down.problems.push(new ColdstoreError("store", "it is down"));
  class FailingStore extends MemoryStore {
    override list(): never {
      throw new ColdstoreError("store", "it answers nothing");
    }
  }
  const failing = new FailingStore({ name: "failing" });
  const all = await world.list({}, { stores: [down, world.store, failing] });
  expect(all.details).toMatchObject({ kind: "sets", stores: ["memory"], rows: [{ state: "complete" }] });
  expect(all.outcomes).toMatchObject([
    { outcome: "unknown", store: "down", detail: "which sets it has\nit is down" },
    { outcome: "unknown", detail: "which sets it has\nit answers nothing" },
  ]);
  expect([all.status, exitOf(all)]).toEqual(["failed", 5]);
  const one = await world.list({ sets: [{ id: "v1.4.0" }] }, { stores: [down, world.store] });
  expect(one.details).toMatchObject({ kind: "set", store: "memory" });
  expect([outcomesOf(one), exitOf(one)]).toEqual([["unknown"], 5]);
  const none = await errorOf(world.list({ sets: [{ id: "v9" }] }, { stores: [down, world.store] }));
  expect(none.message).toMatch(/^it is down\nthere is no set v9 in memory/);
});

test("list writes nothing", async () => {
  const world = await storedWorld();
  const before = world.place.keys();
  await world.list();
  await world.list({ sets: [{ id: "v1.4.0" }] });
  expect(world.place.keys()).toEqual(before);
});
