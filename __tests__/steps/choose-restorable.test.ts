import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { manifestSchema } from "../../src/model/manifest.ts";
import type { SnapshotSettings } from "../../src/settings/settings.ts";
import { chooseRestorable, type Wish } from "../../src/steps/choose-restorable.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { testIo } from "../support/store-fixtures.ts";
import { errorOf, filesIn, makeWorld, smallProject } from "../support/world.ts";

const setOf = (ref: string) => `acme/app/snapshot/${ref}`;

/** Runs in a repository with two tags, each of them stored later than the one before. */
const { stored } = makeWorld({
  repository: { ...smallProject, tags: { "v1.4.0": "annotated", "v1.5.0": "annotated" } },
});

/** An empty store; `run` stores a tag there. */
function makeStore(name: string) {
  const store = new MemoryStore({ name, digests: [] });
  const run = async (ref: string, settings: Partial<SnapshotSettings> = {}) =>
    stored({ ref, ...settings }, { stores: [store] });
  return { store, run };
}

/** What a copy of all files gives: records too, unless told. */
function copied({ place }: MemoryStore, name: string, { records = true } = {}): MemoryStore {
  const copy = new MemoryPlace();
  for (const [key, object] of place.objects) if (records || !key.includes("/records/")) copy.objects.set(key, object);
  return new MemoryStore({ name, place: copy, digests: [] });
}

function keyIn({ place }: MemoryStore, ref: string, ending: string): string {
  const folder = `${setOf(ref)}/`;
  const name = filesIn(place, folder).find((file) => file.endsWith(ending));
  if (name === undefined) throw new Error(`no ${ending} of ${ref}`);
  return folder + name;
}

async function choose(stores: readonly MemoryStore[], wish: Wish = {}) {
  const { copies, notes } = await chooseRestorable(stores, wish, testIo());
  return { copies: copies.map(({ set, store }) => `${set.name.id} in ${store.name}`), notes };
}

describe("of the newest proven set", () => {
  test("whole copies come before older sets, proven ones first", async () => {
    const a = makeStore("A");
    await a.run("v1.4.0");
    await a.run("v1.5.0");
    const b = copied(a.store, "B", { records: false });
    expect(await choose([b, a.store])).toEqual({
      copies: ["v1.5.0 in A", "v1.5.0 in B", "v1.4.0 in A", "v1.4.0 in B"],
      notes: [],
    });
  });

  test("a copy that was never proven is taken when the proven one isn't whole, and that one is named", async () => {
    const a = makeStore("A");
    await a.run("v1.4.0");
    await a.run("v1.5.0");
    const b = copied(a.store, "B", { records: false });
    a.store.place.drop(keyIn(a.store, "v1.5.0", ".tar.gz"));
    const { copies, notes } = await choose([a.store, b]);
    expect(copies).toEqual(["v1.5.0 in B", "v1.4.0 in A", "v1.4.0 in B"]);
    expect(notes).toEqual([
      expect.stringMatching(/^the copy of acme\/app\/snapshot\/v1\.5\.0 in A isn't taken: .*tar\.gz is missing/),
    ]);
  });

  test("a copy that another run made of the same content is one of them", async () => {
    const [a, b] = [makeStore("A"), makeStore("B")];
    await a.run("v1.4.0");
    await a.run("v1.5.0");
    await b.run("v1.5.0", { prove: "none" });
    expect((await choose([a.store, b.store])).copies).toEqual(["v1.5.0 in A", "v1.5.0 in B", "v1.4.0 in A"]);
  });

  test("what has its name and other content is proven by itself alone", async () => {
    const [a, b] = [makeStore("A"), makeStore("B")];
    await a.run("v1.4.0");
    await b.run("v1.4.0", { prove: "none", prefix: "other/" });
    expect((await choose([b.store, a.store])).copies).toEqual(["v1.4.0 in A"]);
  });
});

describe("copies of the set that was meant which aren't whole are named", () => {
  test.each(["the newest", "the given"])("%s one", async (which) => {
    const a = makeStore("A");
    await a.run("v1.4.0");
    const [b, c] = [copied(a.store, "B"), copied(a.store, "C")];
    a.store.place.drop(keyIn(a.store, "v1.4.0", ".tar.gz"));
    const manifest = keyIn(b, "v1.4.0", ".coldstore.json");
    const newer = b.place.text(manifest).replace(manifestSchema, "coldstore/manifest/99");
    b.place.objects.set(manifest, { data: Buffer.from(newer), modified: new Date(0) });
    const { copies, notes } = await choose([a.store, b, c], which === "the given" ? { set: { id: "v1.4.0" } } : {});
    expect(copies).toEqual(["v1.4.0 in C"]);
    expect(notes).toEqual([
      expect.stringMatching(/^the copy of acme\/app\/snapshot\/v1\.4\.0 in A isn't taken: .* is missing/),
      expect.stringMatching(/^the copy of acme\/app\/snapshot\/v1\.4\.0 in B isn't taken: .*newer/),
    ]);
  });
});

describe("a store that can't be listed", () => {
  const closed = () => new ColdstoreError("store", "can't list A: permission denied");

  test.each([{}, { set: { id: "v1.4.0" } }, { project: "acme/app" }])(
    "is named, and the others are used: %j",
    async (wish) => {
      const b = makeStore("B");
      await b.run("v1.4.0");
      const a = copied(b.store, "A");
      a.fail("list", closed(), { times: 1000 });
      expect(await choose([a, b.store], wish)).toEqual({
        copies: ["v1.4.0 in B"],
        notes: ["A wasn't looked into: can't list A: permission denied"],
      });
    },
  );

  test("may have what the others lack: both are told", async () => {
    const [a, b] = [makeStore("A").store, makeStore("B").store];
    a.fail("list", closed(), { times: 1000 });
    for (const wish of [{}, { set: { id: "v1.4.0" } }])
      expect(await errorOf(chooseRestorable([a, b], wish, testIo()))).toMatchObject({
        failure: "store",
        errors: [{ failure: "store", message: closed().message }, { failure: "not-found" }],
      });
  });

  test("fails the run when it is the only one, or all are such", async () => {
    const [a, b] = [makeStore("A").store, makeStore("B").store];
    for (const store of [a, b]) store.fail("list", closed(), { times: 1000 });
    for (const stores of [[a], [a, b]])
      expect(await errorOf(chooseRestorable(stores, {}, testIo()))).toMatchObject({ failure: "store" });
  });
});

describe("a project without sets", () => {
  test("is named, with the projects that have some", async () => {
    const a = makeStore("A");
    await a.run("v1.4.0", { project: "c/d" });
    await a.run("v1.4.0", { project: "a/b" });
    expect(await errorOf(choose([a.store], { project: "local/zz" }))).toMatchObject({
      failure: "not-found",
      message: "there are no sets of local/zz in A, only of a/b, c/d",
    });
  });

  test("of a store without any isn't the reason", async () => {
    const { message } = await errorOf(choose([makeStore("A").store], { project: "local/zz" }));
    expect(message).toBe("there are no sets in A; give another store");
  });
});

describe("a set that isn't taken", () => {
  /** Leaves of a set what a run that broke leaves, in a store whose files were all copied later. */
  function breakOff(store: MemoryStore, ref: string): void {
    store.place.drop(keyIn(store, ref, ".coldstore.json"));
    for (const [key, { data }] of store.place.objects)
      store.place.objects.set(key, { data, modified: new Date("2030-01-01") });
  }

  test("may be newer when nothing but its files' times say so", async () => {
    const a = makeStore("A");
    await a.run("v1.4.0");
    await a.run("v1.5.0");
    breakOff(a.store, "v1.4.0");
    const { copies, notes } = await choose([a.store]);
    expect(copies).toEqual(["v1.5.0 in A"]);
    expect(notes).toEqual([
      expect.stringMatching(/^acme\/app\/snapshot\/v1\.4\.0 in A may be newer, and isn't taken: /),
    ]);
  });

  test("isn't named when it is whole in another store", async () => {
    const a = makeStore("A");
    await a.run("v1.4.0");
    await a.run("v1.5.0");
    const b = copied(a.store, "B");
    breakOff(a.store, "v1.4.0");
    expect((await choose([a.store, b])).notes).toEqual([]);
  });

  test("is newer when its manifest says so", async () => {
    const a = makeStore("A");
    await a.run("v1.4.0");
    await a.run("v1.5.0", { prove: "none" });
    expect(await choose([a.store])).toEqual({
      copies: ["v1.4.0 in A"],
      notes: ["acme/app/snapshot/v1.5.0 in A is newer, and isn't taken: it was never proven"],
    });
  });
});
