import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { JobResult } from "../../src/steps/do-job.ts";
import { showSet } from "../../src/steps/show-set.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { testIo } from "../support/store-fixtures.ts";
import { manifestIn, storedWorld } from "../support/world.ts";

const { place } = await storedWorld();
const stored: JobResult = {
  kind: "stored",
  manifest: manifestIn(place),
  manifestName: "app-1.4.0.coldstore.json",
};

test("a store that shows nothing changes no result", async () => {
  expect(await showSet(new MemoryStore(), stored, testIo())).toEqual({ result: stored });
});

test("what failed isn't shown", async () => {
  const store = new MemoryStore({ likeReleases: true });
  const result: JobResult = { kind: "failed", error: new ColdstoreError("store", "down") };
  expect(await showSet(store, result, testIo())).toEqual({ result });
  expect(store.calls).toEqual([]);
});

test("an error keeps its kind, its cause and its way out", async () => {
  const store = new MemoryStore({ likeReleases: true });
  const remedy = { permissions: { contents: "write" } };
  const burnt = new ColdstoreError("immutable", "this tag can never carry a release again; use another", { remedy });
  store.fail("show", burnt);
  const { result, shown } = await showSet(store, stored, testIo());
  expect(shown).toBeUndefined();
  expect(result).toMatchObject({ kind: "immutable", error: { failure: "immutable", remedy, cause: burnt } });
});

test("a run that is stopped meanwhile says why it was", async () => {
  const store = new MemoryStore({ likeReleases: true });
  const io = testIo();
  const showing = showSet(store, stored, io);
  io.abort();
  expect((await showing).result).toMatchObject({ kind: "failed", error: { failure: "interrupted", cause: io.reason } });
});
