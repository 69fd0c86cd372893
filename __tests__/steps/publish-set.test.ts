import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { SetFile } from "../../src/model/set-file.ts";
import { publishSet } from "../../src/steps/publish-set.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { dataArtifact, testIo } from "../support/store-fixtures.ts";

const set = { project: "acme/app", mode: "snapshot", id: "v1" };
const timed = { ...set, mode: "archive", id: "20261122T030001Z-0123456" };

const names = ["app.tar.part-001", "app.tar.part-002"];

async function* failing(failure: "settings" | "source"): AsyncGenerator<SetFile> {
  for (const name of names) yield { artifact: dataArtifact(name, name), role: "archive" };
  throw new ColdstoreError(failure, "no more");
}

function publication(
  store: MemoryStore,
  files: AsyncIterable<SetFile>,
  name = set,
  removed: (files: number) => void = () => {},
) {
  const content = Promise.reject(new Error("unknown"));
  content.catch(() => undefined);
  const manifest = () => Promise.reject(new Error("too early"));
  const openDrill = () => Promise.reject(new Error("nothing is drilled"));
  const nothing = () => {};
  const watch = { storing: nothing, proving: nothing, idle: nothing, stored: nothing, removed };
  const how = { prove: "digest", openDrill, watch } as const;
  return publishSet({ store, set: name, files, content, manifest, ...how }, testIo());
}

test("files whose settings turn out not to do are taken away again, which is told, others stay for a later run", async () => {
  for (const [failure, left] of [
    ["settings", []],
    ["source", names.map((name) => `acme/app/snapshot/v1/${name}`)],
  ] as const) {
    const store = new MemoryStore();
    const told: number[] = [];
    await expect(publication(store, failing(failure), set, (files) => told.push(files))).rejects.toThrow("no more");
    expect([failure, store.place.keys()]).toEqual([failure, left]);
    expect(told).toEqual(left.length === 0 ? [2] : []);
  }
});

test("what was there before the run stays", async () => {
  const store = new MemoryStore();
  const key = `acme/app/snapshot/v1/${names[0]}`;
  store.place.objects.set(key, { data: Buffer.from(names[0]!), modified: new Date(0) });
  await expect(publication(store, failing("settings"))).rejects.toThrow("no more");
  expect(store.place.keys()).toEqual([key]);
});

test("an archive that fails under its run's own name leaves nothing, a snapshot what a later run takes up", async () => {
  async function* whole(): AsyncGenerator<SetFile> {
    for (const name of names) yield { artifact: dataArtifact(name, name), role: "archive" };
  }
  for (const [name, left] of [
    [timed, 0],
    [{ ...timed, id: "v1" }, 1],
    [set, 1],
  ] as const) {
    const store = new MemoryStore();
    store.fail("put", new ColdstoreError("store", "no room"), { nth: 2 });
    expect(await publication(store, whole(), name)).toMatchObject({ kind: "failed", error: { message: "no room" } });
    expect([name.id, store.place.keys().length]).toEqual([name.id, left]);
  }
});

test("that what was stored can't be taken away again doesn't hide why the run failed", async () => {
  const store = new MemoryStore();
  store.fail("delete", new ColdstoreError("store", "it is kept"));
  await expect(publication(store, failing("settings"))).rejects.toThrow("no more");
});

async function* many(): AsyncGenerator<SetFile> {
  for (const name of ["app.tar.gz", "app.zip", "app.tar.zst", "app.tar"])
    yield { artifact: dataArtifact(name, name), role: "archive" };
  for (const name of ["tool-1", "tool-2"]) yield { artifact: dataArtifact(name, name), role: "file" };
}

test("what follows a file that can't be stored isn't sent, unless another try may succeed", async () => {
  for (const [transient, left] of [
    [false, 1],
    [true, 5],
  ] as const) {
    const store = new MemoryStore();
    store.fail("put", new ColdstoreError("store", "no room", { transient }), { nth: 2 });
    expect(await publication(store, many())).toMatchObject({ kind: "failed" });
    expect([transient, store.place.keys().length]).toEqual([transient, left]);
  }
});

test("one sentence is said once, whatever number of files it is about", async () => {
  const store = new MemoryStore();
  for (let nth = 1; nth <= 3; nth += 1)
    store.fail("put", new ColdstoreError("store", nth === 2 ? "too slow" : "no answer", { transient: true }), { nth });
  const published = await publication(store, many());
  expect(published).toMatchObject({
    kind: "failed",
    error: { message: expect.stringMatching(/^no answer\ntoo slow$/) },
  });
});
