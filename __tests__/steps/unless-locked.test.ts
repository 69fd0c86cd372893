import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Job } from "../../src/steps/decide-job.ts";
import type { CompleteSet } from "../../src/steps/find-standing.ts";
import { unlessLocked } from "../../src/steps/unless-locked.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { testIo } from "../support/store-fixtures.ts";
import { manifestIn, setFolder, storedWorld } from "../support/world.ts";

const name = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };
const { place } = await storedWorld();
const set: CompleteSet = {
  name,
  prefix: setFolder,
  files: [],
  manifests: [],
  proofs: [],
  frozen: true,
  state: "complete",
  manifest: manifestIn(place),
  manifestName: "app-1.4.0.coldstore.json",
};
const refuse = (failure: "conflict" | "integrity" | "store"): Job => ({
  kind: "refuse",
  error: new ColdstoreError(failure, "no"),
});
const leave: Job = { kind: "leave", outcome: "kept", set };

function locking(): MemoryStore {
  const store = new MemoryStore({ likeReleases: true });
  store.place.lock(name);
  return store;
}

test.each<[string, Job]>([
  ["make", { kind: "make" }],
  ["replace", { kind: "replace", set }],
  ["repair", { kind: "repair", set, missing: ["a"] }],
  ["a conflict", refuse("conflict")],
])("%s is refused as immutable in a locked set, and is as it was elsewhere", async (_, job) => {
  expect(await unlessLocked(locking(), job, name, testIo())).toMatchObject({
    kind: "refuse",
    error: { failure: "immutable" },
  });
  for (const likeReleases of [true, false])
    expect(await unlessLocked(new MemoryStore({ likeReleases }), job, name, testIo())).toBe(job);
});

test.each<[string, Job]>([
  ["a set that is left as it is", leave],
  ["damage", refuse("integrity")],
  ["a store that can't be read", refuse("store")],
  ["a comparison that ends in leaving the set", { kind: "compare", set, otherwise: leave }],
])("%s is no matter of locks, so that nobody asks", async (_, job) => {
  const store = locking();
  expect(await unlessLocked(store, job, name, testIo())).toBe(job);
  expect(store.calls).toEqual([]);
});

test("a comparison goes on, and only what would come of other content is refused", async () => {
  const job: Job = { kind: "compare", set, otherwise: { kind: "replace", set } };
  expect(await unlessLocked(locking(), job, name, testIo())).toMatchObject({
    kind: "compare",
    otherwise: { kind: "refuse", error: { failure: "immutable" } },
  });
});
