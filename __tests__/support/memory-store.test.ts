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
