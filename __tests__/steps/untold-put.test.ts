import { describe, expect, test } from "vitest";
import { replicate } from "../../src/modes/replicate.ts";
import type { SetFile } from "../../src/model/set-file.ts";
import type { Store } from "../../src/ports/store.ts";
import { publishSet } from "../../src/steps/publish-set.ts";
import { type MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { plainSet, putPlainSet } from "../support/plain-set.ts";
import { replicas, replicaPorts, replicateDefaults, setsOf } from "../support/replicas.ts";
import { dataArtifact, testIo } from "../support/store-fixtures.ts";
import { outcomesOf } from "../support/world.ts";

/** A store that takes what is put and doesn't say so of some names; `loses`: nor does it keep them. */
function silentStore(silent: RegExp, { loses = true } = {}): { readonly store: Store; readonly place: MemoryPlace } {
  const store = new MemoryStore({ name: "silent", digests: [] });
  const put = store.put.bind(store);
  store.put = async function* (items, io) {
    for await (const outcome of put(items, io)) {
      if (!silent.test(outcome.key)) yield outcome;
      else if (loses) store.place.objects.delete(outcome.key);
    }
  };
  return { store, place: store.place };
}

const manifests = (place: MemoryPlace) => place.keys().filter((key) => key.endsWith(".coldstore.json"));

describe.each(["digest", "none"] as const)(
  "with prove: %s, a store that doesn't say what became of a file",
  (prove) => {
    test.each([
      [/app\.tar$/, "app.tar"],
      [/tool-/, "tool-1, tool-2"],
    ])("gets no manifest for it (%s)", async (silent, named) => {
      const world = replicas();
      putPlainSet(world.source, { id: "v1", files: { "tool-1": "1", "tool-2": "2" } });
      for (const loses of [true, false]) {
        const { store, place } = silentStore(silent, { loses });
        const ports = replicaPorts(world.from, [store, ...world.targets], loses ? 1 : 2);
        const report = await replicate({ ...replicateDefaults, prove }, ports);
        expect(outcomesOf(report)[0]).toBe("failed");
        expect(report.errors.map(({ failure, message }) => [failure, message])).toEqual([
          ["store", expect.stringContaining(`silent doesn't say what became of ${named},`)],
        ]);
        expect(manifests(place)).toEqual([]);
        // The other one isn't held up by it.
        expect(setsOf(world.targets[0]!.place)).toEqual(setsOf(world.source));
      }
    });

    test("isn't told to have it repaired", async () => {
      const world = replicas();
      putPlainSet(world.source, { id: "v1" });
      const { store, place } = silentStore(/app\.tar$/);
      for (const [key, kept] of world.source.objects) place.objects.set(key, kept);
      place.drop("acme/app/snapshot/v1/app.tar");
      const report = await replicate({ ...replicateDefaults, prove }, replicaPorts(world.from, [store]));
      expect(outcomesOf(report)).toEqual(["failed"]);
      expect(report.errors[0]?.message).toContain("silent doesn't say what became of app.tar,");
    });

    test("is red when that is the manifest", async () => {
      const world = replicas();
      putPlainSet(world.source, { id: "v1" });
      const { store } = silentStore(/\.coldstore\.json$/);
      const report = await replicate({ ...replicateDefaults, prove }, replicaPorts(world.from, [store]));
      expect(outcomesOf(report)).toEqual(["failed"]);
      expect(report.errors[0]?.message).toContain("silent doesn't say what became of app.coldstore.json,");
    });
  },
);

test("a set that is made gets no manifest in such a store", async () => {
  const { store, place } = silentStore(/app\.tar$/);
  async function* files(): AsyncGenerator<SetFile> {
    yield { artifact: dataArtifact("tar", "app.tar"), role: "archive" };
  }
  const nothing = () => {};
  const watch = { storing: nothing, proving: nothing, idle: nothing, stored: nothing, removed: nothing };
  const published = await publishSet(
    {
      store,
      set: { project: "acme/app", mode: "snapshot", id: "v1" },
      files: files(),
      content: Promise.resolve(plainSet({ id: "v1" }).manifest.content),
      manifest: async () => Promise.reject(new Error("a manifest is made")),
      prove: "none",
      openDrill: async () => Promise.reject(new Error("nothing is drilled")),
      watch,
    },
    testIo(),
  );
  expect(published).toMatchObject({
    kind: "failed",
    error: { failure: "store", message: expect.stringContaining("silent doesn't say what became of app.tar,") },
  });
  expect(manifests(place)).toEqual([]);
});
