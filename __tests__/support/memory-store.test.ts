import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { MemoryPlace, MemoryStore } from "./memory-store.ts";
import { all, dataArtifact, fill, readAll, testIo } from "./store-fixtures.ts";

storeContract("memory", async () => {
  const place = new MemoryPlace();
  return {
    store: new MemoryStore({ place }),
    other: new MemoryStore({ place }),
    async [Symbol.asyncDispose]() {},
  };
});

storeContract("memory like releases", async () => {
  const place = new MemoryPlace();
  return {
    store: new MemoryStore({ place, likeReleases: true }),
    other: new MemoryStore({ place, likeReleases: true }),
    async [Symbol.asyncDispose]() {},
  };
});

describe("a memory store like releases", () => {
  const set = { project: "acme/app", mode: "snapshot", id: "v1" };
  const key = "acme/app/snapshot/v1/a";

  test("of a locked set nothing is added, changed or removed, and it's said", async () => {
    const store = new MemoryStore({ likeReleases: true });
    await fill(store, { [key]: "abc" });
    store.place.lock(set);
    expect(await store.locked?.(set, testIo())).toMatchObject({ failure: "immutable" });
    expect(await store.locked?.({ ...set, id: "v10" }, testIo())).toBeUndefined();
    expect(await store.stat(key, testIo())).toMatchObject({ locked: true });
    const items = [key, `${key}b`].map((each) => ({ key: each, artifact: dataArtifact("abc") }));
    const words = (await all(store.put(items, testIo()))).map(({ outcome }) => outcome);
    expect(words).toEqual(["same", "failed"]);
    await expect(store.replace(key, dataArtifact("x"), testIo())).rejects.toMatchObject({ failure: "immutable" });
    expect(await all(store.delete([key], testIo()))).toMatchObject([{ outcome: "failed" }]);
    expect((await readAll(store, key)).toString()).toBe("abc");
  });

  test("takes no records", async () => {
    const store = new MemoryStore({ likeReleases: true });
    const put = { key: "acme/app/records/snapshot/v1/proof.json", artifact: dataArtifact("{}") };
    expect(await all(store.put([put], testIo()))).toMatchObject([{ outcome: "failed" }]);
  });
});

describe("the faults of a memory store", () => {
  const down = new ColdstoreError("store", "the store is down", { transient: true });

  test("the nth put fails, as often as told, and the others are stored", async () => {
    const store = new MemoryStore();
    store.fail("put", down, { nth: 2, times: 2 });
    const items = ["a", "b", "c", "d"].map((key) => ({ key, artifact: dataArtifact(key) }));
    const outcomes = await all(store.put(items, testIo()));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["created", "failed", "failed", "created"]);
  });

  test("a flipped byte, a cut and a loss are seen by readers", async () => {
    const store = new MemoryStore();
    await fill(store, { a: "abc", b: "abc", c: "abc" });
    store.place.flipByte("a", 1);
    store.place.truncate("b", 1);
    store.place.drop("c");
    expect((await readAll(store, "a")).toString()).toBe("acc");
    expect((await readAll(store, "b")).toString()).toBe("a");
    expect(await store.stat("c", testIo())).toBeUndefined();
  });
});
