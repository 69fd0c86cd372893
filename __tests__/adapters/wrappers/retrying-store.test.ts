import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { RetryPolicy } from "../../../src/adapters/wrappers/retry-policy.ts";
import { retryingStore } from "../../../src/adapters/wrappers/retrying-store.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import type { Put, PutOutcome, Store } from "../../../src/ports/store.ts";
import { storeContract } from "../../contracts/store-contract.ts";
import { MemoryPlace, MemoryStore } from "../../support/memory-store.ts";
import { all, dataArtifact, fill, keysOf, readAll, seeded, sha256Of, testIo } from "../../support/store-fixtures.ts";

const busy = new ColdstoreError("store", "the store is busy", { transient: true });
const refused = new ColdstoreError("store", "the store refuses it");

/** A policy whose clock goes on only in pauses, which take no time and are kept. */
function quick(changes: Partial<RetryPolicy> = {}): RetryPolicy & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = 0;
  return {
    attempts: 4,
    mostMs: 60_000,
    firstPauseMs: 1000,
    longestPauseMs: 8000,
    now: () => now,
    random: () => 1,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      pauses.push(ms);
      now += ms;
    },
    ...changes,
    pauses,
  };
}

for (const likeReleases of [false, true])
  storeContract(`retrying over memory${likeReleases ? " like releases" : ""}`, async () => {
    const place = new MemoryPlace();
    return {
      store: retryingStore(new MemoryStore({ place, likeReleases }), quick()),
      other: new MemoryStore({ place, likeReleases }),
      async [Symbol.asyncDispose]() {},
    };
  });

// Every second or so of all calls fails once: the same promises hold.
storeContract("retrying over a store that fails now and then", async () => {
  const place = new MemoryPlace();
  const flaky = new MemoryStore({ place });
  const next = seeded(Number(process.env.COLDSTORE_TEST_SEED ?? 1));
  for (const call of ["preflight", "list", "stat", "put", "settle", "open", "read", "replace", "delete"] as const)
    for (let nth = 1; nth < 400; nth += 2 + Math.floor(next() * 5)) flaky.fail(call, busy, { nth });
  return {
    store: retryingStore(flaky, quick({ attempts: 1000, mostMs: Number.POSITIVE_INFINITY })),
    other: new MemoryStore({ place }),
    async [Symbol.asyncDispose]() {},
  };
});

describe("what not every store does", () => {
  const name = { project: "acme/app", mode: "snapshot", id: "v1" };
  const coming = { name, base: "app-1", files: [] };

  test("is tried again like everything else", async () => {
    const store = new MemoryStore({ likeReleases: true });
    store.fail("show", busy, { times: 2 });
    store.fail("locked", busy);
    store.place.lock(name);
    const policy = quick();
    const retrying = retryingStore(store, policy);
    expect(await retrying.locked?.(name, testIo())).toMatchObject({ failure: "immutable" });
    expect(await retrying.show?.(coming, testIo())).toMatchObject({ outputs: { "release-id": 7 } });
    expect(policy.pauses).toHaveLength(3);
    expect(store.place.shown).toEqual([coming]);
  });

  test("fails at once when it fails for good", async () => {
    const store = new MemoryStore({ likeReleases: true });
    store.fail("show", refused);
    await expect(retryingStore(store, quick()).show?.(coming, testIo())).rejects.toBe(refused);
  });

  test("is absent where the store doesn't do it", () => {
    const retrying = retryingStore(new MemoryStore(), quick());
    expect([retrying.show, retrying.locked]).toEqual([undefined, undefined]);
  });
});

describe("taking over from another store", () => {
  const from = new MemoryStore();
  const items = ["a", "b", "c"].map((key) => ({ key, bytes: 1, sha256: sha256Of(key) }));

  /** Fails with these errors by their keys, one after the other, then succeeds. */
  function taking(errors: Record<string, ColdstoreError[]>, can = true): Store & { readonly asked: string[][] } {
    const asked: string[][] = [];
    async function* take(keys: readonly string[]): AsyncGenerator<PutOutcome> {
      asked.push([...keys]);
      for (const key of keys) {
        const error = errors[key]?.shift();
        if (error !== undefined) yield { key, outcome: "failed", error };
        else yield { key, outcome: "created", object: { key, bytes: 1, digests: {} } };
      }
    }
    const takeFrom: Store["takeFrom"] = (_, some) => (can ? take(some.map(({ key }) => key)) : undefined);
    return Object.assign(new MemoryStore(), { takeFrom, asked });
  }

  test("only what failed for a transient reason is asked for again", async () => {
    const store = taking({ a: [busy, busy], c: [refused] });
    const outcomes = await all(retryingStore(store, quick()).takeFrom!(from, items, testIo())!);
    expect(outcomes.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual(["b created", "c failed", "a created"]);
    expect(store.asked).toEqual([["a", "b", "c"], ["a"], ["a"]]);
  });

  test("is absent, or says no, where the stores can't", () => {
    expect(retryingStore(new MemoryStore(), quick()).takeFrom).toBeUndefined();
    expect(retryingStore(taking({}, false), quick()).takeFrom?.(from, items, testIo())).toBeUndefined();
  });
});

describe("putting again", () => {
  test("only the keys that failed for a transient reason are put again, in one call", async () => {
    const store = new MemoryStore();
    for (const key of ["b", "d"]) store.fail("put", busy, { key });
    store.fail("put", refused, { key: "c" });
    const pauses: number[] = [];
    const policy = quick({
      async sleep(ms) {
        pauses.push(ms);
        // Long enough for the first call to come to its end.
        await new Promise((resolve) => setTimeout(resolve, 100));
      },
    });
    const items = ["a", "b", "c", "d", "e"].map((key) => ({ key, artifact: dataArtifact(key) }));
    const outcomes = await all(retryingStore(store, policy).put(items, testIo()));
    expect(Object.fromEntries(outcomes.map(({ key, outcome }) => [key, outcome]))).toEqual({
      a: "created",
      b: "created",
      c: "failed",
      d: "created",
      e: "created",
    });
    expect(store.calls.map(({ key }) => key)).toEqual(["a", "b", "c", "d", "e", "b", "d"]);
    expect(pauses).toEqual([1000]);
  });

  test("pauses double up to the longest, are shortened at random by half at the most, and end with the tries", async () => {
    const store = new MemoryStore();
    store.fail("put", busy, { times: 100 });
    const policy = quick({ attempts: 6, longestPauseMs: 5000 });
    const outcomes = await all(retryingStore(store, policy).put([{ key: "a", artifact: dataArtifact("1") }], testIo()));
    expect(outcomes).toEqual([{ key: "a", outcome: "failed", error: busy }]);
    expect(policy.pauses).toEqual([1000, 2000, 4000, 5000, 5000]);
    const short = quick({ attempts: 2, random: () => 0 });
    await all(retryingStore(store, short).put([{ key: "a", artifact: dataArtifact("1") }], testIo()));
    expect(short.pauses).toEqual([500]);
  });

  test("after the longest time no new try begins", async () => {
    const store = new MemoryStore();
    store.fail("stat", busy, { times: 1000 });
    const policy = quick({ attempts: 1000, mostMs: 20_000 });
    await expect(retryingStore(store, policy).stat("a", testIo())).rejects.toBe(busy);
    expect(policy.pauses).toEqual([1000, 2000, 4000, 8000, 8000]);
  });

  test("items that wait for the outcome of a failed one get it", async () => {
    const store = new MemoryStore();
    store.fail("put", busy, { key: "first" });
    const stored = Promise.withResolvers<void>();
    async function* items(): AsyncGenerator<Put> {
      yield { key: "first", artifact: dataArtifact("1") };
      await stored.promise;
      yield { key: "second", artifact: dataArtifact("2") };
    }
    for await (const outcome of retryingStore(store, quick()).put(items(), testIo())) {
      expect(outcome.outcome).toBe("created");
      stored.resolve();
    }
    expect(await keysOf(store)).toEqual(["first", "second"]);
  });

  test("an abort in a pause rejects with the reason", async () => {
    const store = new MemoryStore();
    store.fail("put", busy, { times: 100 });
    const io = testIo();
    const policy = quick({
      async sleep(_ms, signal) {
        io.abort();
        signal.throwIfAborted();
      },
    });
    const put = all(retryingStore(store, policy).put([{ key: "a", artifact: dataArtifact("1") }], io));
    await expect(put).rejects.toBe(io.reason);
  });
});

describe("reading again", () => {
  test("what fails for good is tried once", async () => {
    const store = new MemoryStore();
    store.fail("stat", refused);
    await expect(retryingStore(store, quick()).stat("a", testIo())).rejects.toBe(refused);
    expect(store.calls).toHaveLength(1);
  });

  test("a listing that breaks off goes on behind the last key, without repeating or leaving out one", async () => {
    const store = new MemoryStore();
    const keys = Array.from({ length: 50 }, (_, i) => `k/${i}`);
    await fill(store, Object.fromEntries(keys.map((key) => [key, key])));
    let breaks = 0;
    const fragile: Store = {
      ...wrap(store),
      async *list(prefix, io) {
        let seen = 0;
        for await (const object of store.list(prefix, io)) {
          if (seen >= 12 + breaks * 11 && breaks < 4) {
            breaks += 1;
            throw busy;
          }
          seen += 1;
          yield object;
        }
      },
    };
    expect(await keysOf(retryingStore(fragile, quick({ attempts: 2 })))).toEqual(await keysOf(store));
    expect(breaks).toBe(4);
  });

  test("a stream that breaks off is read on from there", async () => {
    const store = new MemoryStore();
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));
    await fill(store, { big: content });
    const ranges: unknown[] = [];
    const fragile: Store = {
      ...wrap(store),
      async open(key, range, io) {
        ranges.push(range);
        const whole = await store.open(key, range, io);
        return Readable.from(breakingAfter(whole, ranges.length < 4 ? 70_000 : Number.POSITIVE_INFINITY));
      },
    };
    const back = await readAll(retryingStore(fragile, quick({ attempts: 2 })), "big");
    expect(sha256Of(back)).toBe(sha256Of(content));
    expect(ranges).toHaveLength(4);
  });

  test("a range that breaks off ends where it should", async () => {
    const store = new MemoryStore();
    await fill(store, { big: Buffer.from("0123456789") });
    let opened = 0;
    const fragile: Store = {
      ...wrap(store),
      async open(key, range, io) {
        opened += 1;
        return Readable.from(breakingAfter(await store.open(key, range, io), opened === 1 ? 2 : 100));
      },
    };
    const stream = await retryingStore(fragile, quick()).open("big", { start: 3, end: 8 }, testIo());
    expect(Buffer.concat(await stream.toArray()).toString()).toBe("34567");
  });

  test("a preflight looks again while all that is wrong may pass", async () => {
    let looks = 0;
    const store: Store = {
      ...wrap(new MemoryStore()),
      async preflight() {
        looks += 1;
        return looks < 3 ? [busy] : [refused, busy];
      },
    };
    expect(await retryingStore(store, quick()).preflight({ write: false, bytes: 0 }, testIo())).toEqual([
      refused,
      busy,
    ]);
    expect(looks).toBe(3);
  });
});

function wrap(store: Store): Store {
  return {
    name: store.name,
    traits: store.traits,
    preflight: (need, io) => store.preflight(need, io),
    list: (prefix, io) => store.list(prefix, io),
    stat: (key, io) => store.stat(key, io),
    put: (items, io) => store.put(items, io),
    settle: (io) => store.settle(io),
    open: (key, range, io) => store.open(key, range, io),
    read: (keys, io) => store.read(keys, io),
    replace: (key, artifact, io) => store.replace(key, artifact, io),
    delete: (keys, io) => store.delete(keys, io),
  };
}

async function* breakingAfter(stream: Readable, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of stream) {
    const some = (chunk as Uint8Array).subarray(0, left);
    left -= some.length;
    yield some;
    if (left === 0) throw busy;
  }
}
