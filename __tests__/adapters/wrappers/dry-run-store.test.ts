import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFolderStore } from "../../../src/adapters/local/folder-store.ts";
import { dryRunStore } from "../../../src/adapters/wrappers/dry-run-store.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { storeContract } from "../../contracts/store-contract.ts";
import { MemoryPlace, MemoryStore } from "../../support/memory-store.ts";
import { all, dataArtifact, fill, keysOf, readAll, testIo } from "../../support/store-fixtures.ts";

storeContract(
  "a dry run over memory",
  async () => {
    const place = new MemoryPlace();
    return {
      store: dryRunStore(new MemoryStore({ place })),
      other: new MemoryStore({ place }),
      async [Symbol.asyncDispose]() {},
    };
  },
  { reads: true },
);

storeContract(
  "a dry run over memory like releases",
  async () => {
    const place = new MemoryPlace();
    return {
      store: dryRunStore(new MemoryStore({ place, likeReleases: true })),
      other: new MemoryStore({ place, likeReleases: true }),
      async [Symbol.asyncDispose]() {},
    };
  },
  { reads: true },
);

describe("a dry run", () => {
  const set = { project: "acme/app", mode: "snapshot", id: "v1" };
  const coming = { name: set, base: "app-1", tag: "v1", files: [] };

  test("shows nothing, and says that nothing was shown", async () => {
    const store = new MemoryStore({ likeReleases: true });
    expect(await dryRunStore(store).show?.(coming, testIo())).toEqual({ outputs: {}, warnings: [] });
    expect(store.place.shown).toEqual([]);
    expect(dryRunStore(new MemoryStore()).show).toBeUndefined();
  });

  test("tells what is locked, and hands on of which set a need is", async () => {
    const store = new MemoryStore({ likeReleases: true });
    store.place.lock(set);
    const dry = dryRunStore(store);
    expect(await dry.locked?.(set, testIo())).toMatchObject({ failure: "immutable" });
    await dry.preflight({ write: true, bytes: 5, set: coming }, testIo());
    expect(store.needs).toEqual([{ write: false, bytes: 0, set: coming, foreseen: true }]);
    expect(dryRunStore(new MemoryStore()).locked).toBeUndefined();
  });

  for (const digests of [["sha256"], []] as const)
    test(`says what a put would come to, with ${digests.length} digests reported, and writes nothing`, async () => {
      const store = new MemoryStore({ digests });
      await fill(store, { there: "abc", other: "abd", longer: "abcd" });
      const items = ["there", "other", "longer", "new"].map((key) => ({ key, artifact: dataArtifact("abc") }));
      const outcomes = await all(dryRunStore(store).put(items, testIo()));
      expect(outcomes.map(({ key, outcome }) => [key, outcome])).toEqual([
        ["there", "same"],
        ["other", "different"],
        ["longer", "different"],
        ["new", "created"],
      ]);
      expect(outcomes[3]).toMatchObject({ object: { key: "new", bytes: 3 } });
      expect(await keysOf(store)).toEqual(["longer", "other", "there"]);
      expect(store.calls.some(({ call, key }) => call === "open" && key === "there")).toBe(digests.length === 0);
    });

  test("replaces and deletes nothing, and says that it would", async () => {
    const store = new MemoryStore();
    await fill(store, { a: "old" });
    const dry = dryRunStore(store);
    expect(await dry.replace("a", dataArtifact("newer"), testIo())).toMatchObject({ key: "a", bytes: 5 });
    expect(await all(dry.delete(["a", "b"], testIo()))).toEqual([
      { key: "a", outcome: "removed" },
      { key: "b", outcome: "removed" },
    ]);
    await dry.settle(testIo());
    expect((await readAll(store, "a")).toString()).toBe("old");
  });

  test("a store that can't tell what is there fails that key alone", async () => {
    const store = new MemoryStore();
    store.fail("stat", new ColdstoreError("store", "down"), { key: "a" });
    const items = ["a", "b"].map((key) => ({ key, artifact: dataArtifact("x") }));
    expect(await all(dryRunStore(store).put(items, testIo()))).toMatchObject([
      { key: "a", outcome: "failed", error: { message: "down" } },
      { key: "b", outcome: "created" },
    ]);
  });

  test("a folder that doesn't exist isn't made, and is nothing against a writing run, but is against a reading one", async () => {
    const parent = await mkdtemp(join(tmpdir(), "coldstore-dry-"));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    const dry = dryRunStore(openFolderStore({ path: join(parent, "cold"), name: "./cold" }));
    expect(await dry.preflight({ write: true, bytes: 10 }, testIo())).toEqual([]);
    expect(await dry.preflight({ write: false, bytes: 0 }, testIo())).toMatchObject([{ failure: "not-found" }]);
    expect(await all(dry.put([{ key: "a", artifact: dataArtifact("1") }], testIo()))).toMatchObject([
      { outcome: "created" },
    ]);
    expect(await readdir(parent)).toEqual([]);
  });
});
