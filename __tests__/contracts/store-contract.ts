import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Put, PutOutcome, Store } from "../../src/ports/store.ts";
import {
  all,
  dataArtifact,
  fileArtifact,
  fill,
  keysOf,
  readAll,
  seeded,
  sha256Of,
  testIo,
} from "../support/store-fixtures.ts";
import { testWith } from "../support/programs.ts";
import { someOf } from "../support/some-of.ts";

export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** Another store on the same place, as a second process would have it; writes also when `store` doesn't. */
  readonly other: Store;
}

/** How the contract is to be proven where a store isn't like a folder. */
export interface ContractTerms {
  /** Leaves out what needs writing through the store itself. */
  readonly reads?: true;
  /** Each call costs a process: what is done many times is done fewer times. */
  readonly costly?: true;
  /** Objects may be seen before they're whole, and for a moment in a replace there may be none. */
  readonly gaps?: true;
  /** Names that only differ in how Unicode composes them are one. */
  readonly folds?: true;
  /** Can do none of these. */
  readonly lacks?: readonly ("replace" | "delete")[];
  /** So many of the tests, unless a sweep is to be whole. */
  readonly sample?: number;
  /** Without these they are skipped. */
  readonly programs?: readonly string[];
}

/** Proves that a store does what the port says. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>, terms: ContractTerms = {}): void {
  describe(`store contract: ${name}`, () => {
    const at: { current?: StoreUnderTest; folder: string } = { folder: "" };
    beforeEach(async () => {
      at.folder = await mkdtemp(join(tmpdir(), "coldstore-contract-"));
    });
    afterEach(async () => {
      await at.current?.[Symbol.asyncDispose]();
      delete at.current;
      await rm(at.folder, { recursive: true, force: true });
    });
    const cases: Case[] = [];
    const under: Under = {
      get store() {
        return at.current!.store;
      },
      get other() {
        return at.current!.other;
      },
      get folder() {
        return at.folder;
      },
      terms,
      test: (name, body) => void cases.push({ name, body }),
    };
    listing(under);
    reading(under);
    stopping(under);
    showing(under);
    if (terms.reads !== true) for (const part of [putting, racing, aborting]) part(under);
    if (terms.reads !== true && !terms.lacks?.includes("replace")) replacing(under);
    if (terms.reads !== true && !terms.lacks?.includes("delete")) deleting(under);
    // Each store in its own order, so that their samples are of different tests.
    const by = ({ name: test }: Case) => sha256Of(`${name} ${test}`);
    const order = terms.sample === undefined ? cases : cases.toSorted((a, b) => (by(a) < by(b) ? -1 : 1));
    for (const { name, body } of someOf(order, terms.sample ?? cases.length))
      testWith(terms.programs ?? [], name, async () => {
        at.current = await make();
        await body();
      });
  });
}

interface Case {
  readonly name: string;
  readonly body: () => Promise<void>;
}

interface Under {
  readonly store: Store;
  readonly other: Store;
  readonly folder: string;
  readonly terms: ContractTerms;
  test(name: string, body: () => Promise<void>): void;
}

function wordsByKey(outcomes: readonly { key: string; outcome: string }[]): Record<string, string> {
  return Object.fromEntries(outcomes.map(({ key, outcome }) => [key, outcome]));
}

const badKeys = ["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/.", "a\\b", "a\0b", "a/\ud800"];

function listing(under: Under): void {
  const { test } = under;
  test("an empty store lists nothing", async () => {
    expect(await keysOf(under.store)).toEqual([]);
    expect(await keysOf(under.store, "acme/app/")).toEqual([]);
  });

  test("a listing comes in byte order of whole keys, not folder by folder, not by UTF-16", async () => {
    const keys = [
      "a",
      "a-b/x",
      "a.b",
      "a/b",
      "a/b.c/d",
      "a0",
      "b/\u{1F600}",
      "b/\uFF5E",
      "b/é",
      "b/e\u0301",
      "b/z",
      "Z",
      "_",
    ];
    const isOne = (key: string) => key !== "a" && !(under.terms.folds === true && key.includes("\u0301"));
    await fill(under.other, Object.fromEntries(keys.filter((key) => isOne(key)).map((key) => [key, key])));
    const expected = keys
      .filter((key) => isOne(key))
      .sort((one, two) => Buffer.compare(Buffer.from(one), Buffer.from(two)));
    expect(await keysOf(under.store)).toEqual(expected);
  });

  test("a prefix ends anywhere in a key, and is no folder", async () => {
    await fill(under.other, { "a/b/c": "1", "a/b/cd": "2", "a/bc/d": "3", "a/b.x": "4", "b/a/b": "5", ab: "6" });
    expect(await keysOf(under.store, "a/b")).toEqual(["a/b.x", "a/b/c", "a/b/cd", "a/bc/d"]);
    expect(await keysOf(under.store, "a/b/")).toEqual(["a/b/c", "a/b/cd"]);
    expect(await keysOf(under.store, "a/b/c")).toEqual(["a/b/c", "a/b/cd"]);
    expect(await keysOf(under.store, "a")).toEqual(["a/b.x", "a/b/c", "a/b/cd", "a/bc/d", "ab"]);
    expect(await keysOf(under.store, "a/b/c/")).toEqual([]);
    expect(await keysOf(under.store, "c/d/e")).toEqual([]);
    expect(await keysOf(under.store, "a/b.")).toEqual(["a/b.x"]);
  });

  test("a listing has sizes, and the digests that the traits promise", async () => {
    await fill(under.other, { "a/x": "hello", "a/empty": "" });
    const objects = await all(under.store.list("", testIo()));
    expect(objects.map(({ key, bytes }) => [key, bytes])).toEqual([
      ["a/empty", 0],
      ["a/x", 5],
    ]);
    for (const object of objects)
      expect(Object.keys(object.digests).sort()).toEqual([...under.store.traits.digests].sort());
    if (under.store.traits.digests.includes("sha256")) expect(objects[1]?.digests.sha256).toBe(sha256Of("hello"));
  });

  test("a listing that is left early can be made again", async () => {
    await fill(under.other, { a: "1", b: "2", c: "3" });
    for await (const object of under.store.list("", testIo())) {
      expect(object.key).toBe("a");
      break;
    }
    expect(await keysOf(under.store)).toEqual(["a", "b", "c"]);
  });

  test("stat says what a listing says, and undefined for what isn't there", async () => {
    await fill(under.other, { "a/b": "hello" });
    const [listed] = await all(under.store.list("", testIo()));
    expect(await under.store.stat("a/b", testIo())).toEqual(listed);
    for (const key of ["a", "a/c", "a/b/c", "b", "A/B/none", "x".repeat(200)])
      expect(await under.store.stat(key, testIo())).toBeUndefined();
  });

  test("what can't be a key is a bug, wherever it is named", async () => {
    for (const key of badKeys) {
      await expect(under.store.stat(key, testIo())).rejects.toMatchObject({ failure: "bug" });
      await expect(under.store.open(key, undefined, testIo())).rejects.toMatchObject({ failure: "bug" });
      expect(await all(under.store.read([key], testIo()))).toMatchObject([{ key, error: { failure: "bug" } }]);
    }
  });
}

/** What not every store does must do no harm where one does. */
function showing(under: Under): void {
  const { test } = under;
  const name = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };
  const file = "acme/app/snapshot/v1.4.0/app-1.4.0.tar.gz";

  test("nothing stands against a set that is being made, if the store can tell", async () => {
    await fill(under.other, { [file]: "abc" });
    expect(await under.store.locked?.(name, testIo())).toBeUndefined();
  });

  test("showing a set, once or twice, leaves what is in it as it is", async () => {
    await fill(under.other, { [file]: "abc" });
    const before = await all(under.store.list("", testIo()));
    const set = { name, base: "app-1.4.0", tag: "v1.4.0", files: [] };
    const first = await under.store.show?.(set, testIo());
    const second = await under.store.show?.(set, testIo());
    expect(second?.url).toBe(first?.url);
    const after = await all(under.store.list("", testIo()));
    expect(after.map(({ key, digests }) => [key, digests])).toEqual(before.map(({ key, digests }) => [key, digests]));
  });

  test("a call that was stopped shows nothing and tells nothing of locks", async () => {
    const io = testIo();
    io.abort();
    const set = { name, base: "app-1.4.0", tag: "v1.4.0", files: [] };
    if (under.store.show) await expect(under.store.show(set, io)).rejects.toBe(io.reason);
    if (under.store.locked) await expect(under.store.locked(name, io)).rejects.toBe(io.reason);
  });
}

function reading(under: Under): void {
  const { test } = under;
  test("an object reads back whole, and its bytes are counted", async () => {
    const content = Buffer.from(Array.from({ length: 700_001 }, (_, i) => (i * 31) % 251));
    await fill(under.other, { "a/b": content });
    const io = testIo();
    const back = await readAll(under.store, "a/b", io);
    expect(sha256Of(back)).toBe(sha256Of(content));
    expect(io.bytesOf("a/b")).toBe(content.length);
  });

  test("an empty object reads back empty", async () => {
    await fill(under.other, { empty: "" });
    expect(await readAll(under.store, "empty")).toHaveLength(0);
    expect(await all(under.store.read(["empty"], testIo()))).toMatchObject([{ key: "empty", data: { length: 0 } }]);
  });

  test("a range gives the bytes from its start up to its end, which is left out", async () => {
    const content = Buffer.from("0123456789");
    await fill(under.other, { ten: content, empty: "" });
    const ranges = [
      [0, 10],
      [0, 1],
      [9, 10],
      [3, 7],
      [0, 0],
      [5, 5],
      [10, 10],
      [8, 20],
    ] as const;
    for (const [start, end] of ranges) {
      const stream = await under.store.open("ten", { start, end }, testIo());
      expect([start, end, await stream.toArray()].flat().map(String).slice(2).join("")).toBe(
        content.subarray(start, end).toString(),
      );
    }
    expect(await (await under.store.open("empty", { start: 0, end: 0 }, testIo())).toArray()).toEqual([]);
  });

  test("random ranges of a large object are the bytes that are there", async () => {
    const next = seeded(Number(process.env.COLDSTORE_TEST_SEED ?? 1));
    const content = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (i * i) % 253));
    await fill(under.other, { big: content });
    for (let i = 0; i < (under.terms.costly ? 3 : 12); i += 1) {
      const start = Math.floor(next() * content.length);
      const end = start + Math.floor(next() * (content.length - start + 1));
      const io = testIo();
      const chunks = await Array.fromAsync(await under.store.open("big", { start, end }, io));
      expect(sha256Of(Buffer.concat(chunks as Uint8Array[]))).toBe(sha256Of(content.subarray(start, end)));
      expect(io.bytesOf("big")).toBe(end - start);
    }
  });

  test("opening what isn't there rejects with not-found and names it", async () => {
    await fill(under.other, { "a/b": "x" });
    for (const key of ["none", "a", "a/b/c", "a/c"]) {
      const error = await under.store.open(key, undefined, testIo()).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ failure: "not-found" });
      expect((error as Error).message).toContain(key);
    }
  });

  test("a stream that is left early does no harm", async () => {
    await fill(under.other, { big: Buffer.alloc(3_000_000, 7) });
    for (let i = 0; i < (under.terms.costly ? 4 : 20); i += 1) {
      const stream = await under.store.open("big", undefined, testIo());
      if (i % 2 === 0) await new Promise((resolve) => stream.once("data", resolve));
      stream.destroy();
    }
    expect(await readAll(under.store, "big")).toHaveLength(3_000_000);
  });

  test("many small objects are read in one call, one result a key, the missing ones named", async () => {
    const texts = Object.fromEntries(
      Array.from({ length: under.terms.costly ? 40 : 300 }, (_, i) => [`r/${i % 7}/${i}.json`, `{"n":${i}}`]),
    );
    await fill(under.other, texts);
    const keys = [...Object.keys(texts), "r/none", "r/0"];
    const results = await all(under.store.read(keys, testIo()));
    expect(results.map((result) => result.key).sort()).toEqual([...keys].sort());
    for (const result of results) {
      if ("data" in result) expect(Buffer.from(result.data).toString()).toBe(texts[result.key]);
      else expect([result, ["r/none", "r/0"].includes(result.key)]).toEqual([{ key: result.key, missing: true }, true]);
    }
  });

  test("reading no keys gives no results", async () => {
    expect(await all(under.store.read([], testIo()))).toEqual([]);
  });

  test("a preflight of what is there finds nothing wrong and leaves nothing", async () => {
    await fill(under.other, { a: "1" });
    expect(await under.store.preflight({ write: false, bytes: 0 }, testIo())).toEqual([]);
    expect(await under.store.preflight({ write: true, bytes: 1000 }, testIo())).toEqual([]);
    expect(await keysOf(under.other)).toEqual(["a"]);
  });
}

function stopping(under: Under): void {
  const { test } = under;
  test("every call rejects with the reason of a signal that aborted before", async () => {
    await fill(under.other, { a: "1" });
    const io = testIo();
    io.abort();
    const { store } = under;
    const artifact = dataArtifact("x");
    const calls: (() => Promise<unknown>)[] = [
      () => store.preflight({ write: true, bytes: 0 }, io),
      () => all(store.list("", io)),
      () => store.stat("a", io),
      () => all(store.put([{ key: "b", artifact }], io)),
      () => store.settle(io),
      () => store.open("a", undefined, io),
      () => all(store.read(["a"], io)),
      () => store.replace("a", artifact, io),
      () => all(store.delete(["a"], io)),
    ];
    for (const call of calls) await expect(call()).rejects.toBe(io.reason);
    expect(await keysOf(under.other)).toEqual(["a"]);
    expect((await readAll(under.other, "a")).toString()).toBe("1");
  });

  test("an abort in the middle of a stream fails it with the reason", async () => {
    await fill(under.other, { big: Buffer.alloc(8_000_000, 1) });
    const io = testIo();
    const stream = await under.store.open("big", undefined, io);
    let seen = 0;
    const reading = (async () => {
      for await (const chunk of stream) {
        seen += (chunk as Uint8Array).length;
        io.abort();
      }
    })();
    await expect(reading).rejects.toBe(io.reason);
    expect(seen).toBeLessThan(8_000_000);
  });
}

function putting(under: Under): void {
  const { test } = under;
  test("a new object is created, seen by all, and has the bytes of its artifact", async () => {
    const io = testIo();
    const file = await fileArtifact(under.folder, "app.tar.gz", "in a file");
    const items: Put[] = [
      { key: "acme/app/snapshot/v1/app.tar.gz", artifact: file },
      { key: "acme/app/snapshot/v1/notes.md", artifact: dataArtifact("in memory") },
      { key: "top", artifact: dataArtifact("") },
    ];
    const outcomes = await all(under.store.put(items, io));
    expect(wordsByKey(outcomes)).toEqual(Object.fromEntries(items.map(({ key }) => [key, "created"])));
    for (const { key, artifact } of items) {
      expect(outcomes.find((outcome) => outcome.key === key)).toMatchObject({ object: { key, bytes: artifact.bytes } });
      expect(sha256Of(await readAll(under.other, key))).toBe(artifact.sha256);
      expect(io.bytesOf(key)).toBe(artifact.bytes);
    }
    await under.store.settle(testIo());
    expect(await keysOf(under.other)).toEqual(items.map((item) => item.key).sort());
  });

  test("putting the same again is the same, and changes nothing", async () => {
    const items = ["a/1", "a/2", "b"].map((key) => ({ key, artifact: dataArtifact(`content of ${key}`) }));
    await all(under.store.put(items, testIo()));
    const before = await all(under.store.list("", testIo()));
    for (const store of [under.store, under.other]) {
      const again = await all(store.put(items, testIo()));
      expect(again.map(({ outcome }) => outcome)).toEqual(["same", "same", "same"]);
    }
    expect(await all(under.store.list("", testIo()))).toEqual(before);
  });

  test("an object of the same size or another one with other bytes is different, and untouched", async () => {
    // Where files are seen before they're whole, the beginning of one is a run's that broke, if no manifest is beside it.
    const finished = under.terms.gaps === true ? { "x.coldstore.json": "{}" } : {};
    await fill(under.other, { short: "abc", long: "abcdef", equal: "abcd", empty: "", ...finished });
    const items = ["short", "long", "equal", "empty"].map((key) => ({ key, artifact: dataArtifact("abcx") }));
    const outcomes = await all(under.store.put(items, testIo()));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["different", "different", "different", "different"]);
    const sizes = Object.fromEntries(
      outcomes.map((outcome) => [outcome.key, "object" in outcome && outcome.object.bytes]),
    );
    expect(sizes).toEqual({ short: 3, long: 6, equal: 4, empty: 0 });
    expect((await readAll(under.other, "equal")).toString()).toBe("abcd");
    expect((await readAll(under.other, "short")).toString()).toBe("abc");
  });

  test("one artifact can be stored under several keys, which don't depend on each other", async () => {
    const artifact = await fileArtifact(under.folder, "shared", "shared bytes");
    await all(
      under.store.put(
        [
          { key: "a/1", artifact },
          { key: "a/2", artifact },
        ],
        testIo(),
      ),
    );
    if (!under.terms.lacks?.includes("delete")) await all(under.store.delete(["a/1"], testIo()));
    expect((await readAll(under.store, "a/2")).toString()).toBe("shared bytes");
  });

  test("a key that can't be put fails alone, with a sentence; the others are stored", async () => {
    const items = [...badKeys, "good/1", "good/2"].map((key) => ({ key, artifact: dataArtifact(key.toWellFormed()) }));
    const outcomes = await all(under.store.put(items, testIo()));
    expect(outcomes).toHaveLength(items.length);
    for (const outcome of outcomes) {
      if (outcome.key.startsWith("good")) expect(outcome.outcome).toBe("created");
      else expect(outcome).toMatchObject({ outcome: "failed", error: { failure: "bug" } });
    }
    expect(await keysOf(under.other)).toEqual(["good/1", "good/2"]);
  });

  test("an artifact whose bytes aren't those of its digest fails, and nothing is seen of it", async () => {
    const wrong = { ...dataArtifact("right"), body: { data: Buffer.from("wrong") } };
    const file = { ...dataArtifact("right"), body: (await fileArtifact(under.folder, "f", "not it")).body };
    const outcomes = await all(
      under.store.put(
        [
          { key: "x", artifact: wrong },
          { key: "y", artifact: file },
        ],
        testIo(),
      ),
    );
    expect(outcomes).toMatchObject([
      { outcome: "failed", error: { failure: "integrity" } },
      { outcome: "failed", error: { failure: "integrity" } },
    ]);
    expect(await keysOf(under.other)).toEqual([]);
  });

  test("an artifact whose file is gone fails, and nothing is seen of it", async () => {
    const artifact = { ...dataArtifact("x"), body: { file: join(under.folder, "gone") } };
    expect(await all(under.store.put([{ key: "x", artifact }], testIo()))).toMatchObject([
      { key: "x", outcome: "failed" },
    ]);
    expect(await keysOf(under.other)).toEqual([]);
  });

  test("each item is stored as it comes, not when all have come", async () => {
    const outcomes: PutOutcome[] = [];
    const seen = Promise.withResolvers<void>();
    async function* items(): AsyncGenerator<Put> {
      yield { key: "first", artifact: dataArtifact("1") };
      await seen.promise;
      yield { key: "second", artifact: dataArtifact("2") };
    }
    for await (const outcome of under.store.put(items(), testIo())) {
      outcomes.push(outcome);
      seen.resolve();
    }
    expect(outcomes.map(({ key, outcome }) => [key, outcome])).toEqual([
      ["first", "created"],
      ["second", "created"],
    ]);
  });

  test("when the items fail, put rejects with that very error, and what was stored is whole", async () => {
    const broken = new Error("the packer broke");
    async function* items(): AsyncGenerator<Put> {
      yield { key: "a", artifact: dataArtifact("whole") };
      yield { key: "b", artifact: dataArtifact("whole") };
      throw broken;
    }
    await expect(all(under.store.put(items(), testIo()))).rejects.toBe(broken);
    for (const key of await keysOf(under.other)) expect((await readAll(under.other, key)).toString()).toBe("whole");
  });

  test("no items give no outcomes", async () => {
    expect(await all(under.store.put([], testIo()))).toEqual([]);
    expect(await keysOf(under.other)).toEqual([]);
  });

  test("settling nothing, or twice, is fine", async () => {
    await under.store.settle(testIo());
    await fill(under.store, { "a/b/c": "1" });
    await under.store.settle(testIo());
    await under.store.settle(testIo());
  });

  test("keys in any script keep their spelling", async () => {
    const keys = [
      "Grüße/naïve café.txt",
      "日本/語.bin",
      "e\u0301/decomposed",
      "\u{1F9CA}",
      "a b/ c",
      "-rf",
      // Windows has no name with a question mark.
      process.platform === "win32" ? "CON#%20&=+.txt" : "CON#?%20&=+.txt",
    ];
    await fill(under.store, Object.fromEntries(keys.map((key) => [key, key])));
    expect((await keysOf(under.other)).sort()).toEqual([...keys].sort());
    for (const key of keys) expect((await readAll(under.other, key)).toString()).toBe(key);
  });

  const isLong = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000;
  const mebibytes = under.terms.costly && !isLong ? 12 : 70;

  test(`an object of ${mebibytes} MiB is stored and read back`, async () => {
    const content = Buffer.alloc(mebibytes * 1024 * 1024);
    for (let i = 0; i < content.length; i += 4096) content.writeUInt32LE(i, i);
    const artifact = await fileArtifact(under.folder, "big", content);
    const io = testIo();
    expect(await all(under.store.put([{ key: "big/one", artifact }], io))).toMatchObject([{ outcome: "created" }]);
    expect(io.bytesOf("big/one")).toBe(content.length);
    expect(sha256Of(await readAll(under.other, "big/one"))).toBe(artifact.sha256);
    expect(await all(under.store.put([{ key: "big/one", artifact }], testIo()))).toMatchObject([{ outcome: "same" }]);
  });

  /** More than any page of a listing has. */
  const [most, fewer] = isLong ? [2000, 52] : [500, 20];
  const many = under.terms.costly ? fewer : most;

  test(`${many} small objects are stored, listed, read and deleted`, async () => {
    const texts = Object.fromEntries(Array.from({ length: many }, (_, i) => [`many/${i % 40}/${i}`, `object ${i}`]));
    await fill(under.store, texts);
    await under.store.settle(testIo());
    expect(await keysOf(under.other)).toHaveLength(many);
    const results = await all(under.other.read(Object.keys(texts), testIo()));
    expect(
      results.filter((result) => "data" in result && Buffer.from(result.data).toString() === texts[result.key]),
    ).toHaveLength(many);
    if (under.terms.lacks?.includes("delete")) return;
    const deleted = await all(under.store.delete(Object.keys(texts), testIo()));
    expect(deleted.filter(({ outcome }) => outcome === "removed")).toHaveLength(many);
    expect(await keysOf(under.other)).toEqual([]);
  });
}

function racing(under: Under): void {
  const { test } = under;
  test("of many writers of one key exactly one creates it; those with its bytes see the same, others a different one", async () => {
    if (under.store.traits.lastWriteWins) return racingOverwriters(under);
    for (let round = 0; round < 5; round += 1) {
      const key = `race/${round}/object`;
      const writers = Array.from({ length: 16 }, (_, i) => ({
        store: i % 2 === 0 ? under.store : under.other,
        text: `text ${i % 3}`,
      }));
      const outcomes = await Promise.all(
        writers.map(
          async ({ store, text }) => (await all(store.put([{ key, artifact: dataArtifact(text) }], testIo())))[0]!,
        ),
      );
      const winners = outcomes.flatMap(({ outcome }, i) => (outcome === "created" ? [writers[i]!.text] : []));
      expect(winners).toHaveLength(1);
      expect((await readAll(under.other, key)).toString()).toBe(winners[0]);
      for (const [i, { outcome }] of outcomes.entries())
        if (outcome !== "created") expect(outcome).toBe(writers[i]!.text === winners[0] ? "same" : "different");
    }
  });

  test("one call that names a key twice creates it once", async () => {
    const items = ["x", "x", "y"].map((text) => ({ key: "twice", artifact: dataArtifact(text) }));
    const words = (await all(under.store.put(items, testIo()))).map(({ outcome }) => outcome).sort();
    expect([
      ["created", "different", "same"],
      ["created", "different", "different"],
    ]).toContainEqual(words);
  });

  test("putting and deleting beside each other loses no object and no call", async () => {
    const count = under.terms.costly ? 12 : 60;
    const puts = Array.from({ length: count }, (_, i) => ({
      key: `deep/er/${i % 3}/${i}`,
      artifact: dataArtifact(`${i}`),
    }));
    const deletes = async () => {
      for (let i = 0; i < count; i += 1) await all(under.other.delete([`deep/er/${i % 3}/${i}`], testIo()));
    };
    const [outcomes] = await Promise.all([all(under.store.put(puts, testIo())), deletes()]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(puts.map(() => "created"));
  });

  test("a listing during writing shows whole objects alone", async () => {
    const content = Buffer.alloc(300_000, 5);
    const items = Array.from({ length: 40 }, (_, i) => ({ key: `during/${i}`, artifact: dataArtifact(content) }));
    const putting = all(under.store.put(items, testIo()));
    const state = { done: false };
    void putting.finally(() => (state.done = true));
    while (!state.done)
      for await (const object of under.other.list("", testIo())) {
        if (under.terms.gaps !== true) expect(object).toMatchObject({ bytes: content.length });
        expect(object.key).toMatch(/^during\//);
      }
    expect(await putting).toHaveLength(40);
  });
}

/**
 * Where nothing decides between two writers that both find nothing, more than one may believe that it has created the object, and
 * one that finds its bytes there may not know that it has. Whoever's bytes aren't there in the end is told so, by the outcome or
 * when it settles, and whoever's are isn't bothered; each may be told to try again.
 */
async function racingOverwriters(under: Under): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    const key = `race/${round}/object`;
    const writers = [under.store, under.other].map((store, i) => ({ store, text: `text ${i}` }));
    const put = async ({ store, text }: (typeof writers)[number]) =>
      (await all(store.put([{ key, artifact: dataArtifact(text) }], testIo())))[0]!;
    const outcomes = await Promise.all(writers.map(put));
    const left = await textLeft(under, key);
    for (const [i, { store, text }] of writers.entries()) {
      const outcome = outcomes[i]!;
      if (outcome.outcome === "failed") expect(outcome.error).toMatchObject({ transient: true });
      else expect(text === left ? ["created", "same"] : ["created", "different"]).toContain(outcome.outcome);
      const settling = store.settle(testIo());
      if (outcome.outcome === "created" && text !== left)
        await expect(settling).rejects.toMatchObject({ failure: "conflict" });
      else await settling;
    }
  }
}

/** What two writers have left: the text of one of them, or where objects are seen before they're whole perhaps nothing. */
async function textLeft(under: Under, key: string): Promise<string | undefined> {
  const left = await readAll(under.other, key).catch((error: unknown) => error);
  if (Buffer.isBuffer(left)) expect(["text 0", "text 1"]).toContain(left.toString());
  else expect([under.terms.gaps, left]).toMatchObject([true, { failure: "not-found" }]);
  return Buffer.isBuffer(left) ? left.toString() : undefined;
}

function aborting(under: Under): void {
  const { test } = under;
  test("an abort in the middle of a put rejects with the reason and shows nothing under the key", async () => {
    const artifact = await fileArtifact(under.folder, "big", Buffer.alloc(12_000_000, 3));
    const io = testIo();
    const stopping = { ...io, progress: () => io.abort() };
    await expect(all(under.store.put([{ key: "a/big", artifact }], stopping))).rejects.toBe(io.reason);
    const [left] = await all(under.other.list("", testIo()));
    // A store that takes a finished file as it is has nothing to interrupt.
    if (left !== undefined) expect(sha256Of(await readAll(under.other, left.key))).toBe(artifact.sha256);
    const again = await all(under.store.put([{ key: "a/big", artifact }], testIo()));
    expect(again).toMatchObject([{ outcome: left === undefined ? "created" : "same" }]);
  });

  test("an abort while the items are waited for rejects soon", async () => {
    const io = testIo();
    const never = new Promise<never>(() => {});
    async function* items(): AsyncGenerator<Put> {
      yield { key: "a", artifact: dataArtifact("1") };
      await never;
    }
    const run = (async () => {
      for await (const outcome of under.store.put(items(), io)) {
        expect(outcome.key).toBe("a");
        setTimeout(() => io.abort(), 10);
      }
    })();
    await expect(run).rejects.toBe(io.reason);
  });

  test("leaving a put early leaves whole objects alone, and the items are closed", async () => {
    const closed = Promise.withResolvers<void>();
    async function* items(): AsyncGenerator<Put> {
      try {
        for (let i = 0; i < 1000; i += 1) yield { key: `k/${i}`, artifact: dataArtifact("whole") };
      } finally {
        closed.resolve();
      }
    }
    for await (const outcome of under.store.put(items(), testIo())) {
      expect(outcome.outcome).toBe("created");
      break;
    }
    await closed.promise;
    const keys = await keysOf(under.other);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.length).toBeLessThan(1000);
    for (const key of keys.slice(0, under.terms.costly ? 5 : keys.length))
      expect((await readAll(under.other, key)).toString()).toBe("whole");
  });
}

function replacing(under: Under): void {
  const { test } = under;
  test("a replace makes what isn't there, and changes what is", async () => {
    const made = await under.store.replace("a/manifest", dataArtifact("one"), testIo());
    expect(made).toMatchObject({ key: "a/manifest", bytes: 3 });
    const changed = await under.store.replace("a/manifest", await fileArtifact(under.folder, "m", "second"), testIo());
    expect(changed).toMatchObject({ key: "a/manifest", bytes: 6 });
    expect((await readAll(under.other, "a/manifest")).toString()).toBe("second");
    expect(await keysOf(under.other)).toEqual(["a/manifest"]);
    await under.store.settle(testIo());
  });

  test("readers beside a replace see the old or the new one, whole", async () => {
    const versions = Array.from({ length: under.terms.costly ? 4 : 12 }, (_, i) => Buffer.alloc(200_000 + i, 65 + i));
    await fill(under.store, { m: versions[0]! });
    const valid = new Set(versions.map((version) => sha256Of(version)));
    const state = { done: false };
    const writing = (async () => {
      for (const version of versions) await under.store.replace("m", dataArtifact(version), testIo());
      state.done = true;
    })();
    let reads = 0;
    // Where a look and a read are two processes, one can come between them: a fault that another try takes away.
    const isGap = (error: unknown) =>
      error instanceof ColdstoreError &&
      ((under.terms.gaps === true && error.failure === "not-found") ||
        (under.terms.costly === true && error.transient));
    while (!state.done || reads < 3) {
      const read = await readAll(under.other, "m").catch((error: unknown) => error);
      if (!isGap(read)) expect(read).toBeInstanceOf(Buffer);
      if (Buffer.isBuffer(read)) expect(valid.has(sha256Of(read))).toBe(true);
      const look = async () => under.other.stat("m", testIo());
      // A server's own list of what it has may lag for a moment behind the disk.
      if (under.terms.gaps !== true)
        expect((await look()) ?? (under.terms.costly ? await look() : undefined)).toBeDefined();
      reads += 1;
    }
    await writing;
  });

  test("an abort in a replace leaves the old one", async () => {
    await fill(under.store, { m: "old" });
    const artifact = await fileArtifact(under.folder, "big", Buffer.alloc(12_000_000, 3));
    const io = testIo();
    await expect(under.store.replace("m", artifact, { ...io, progress: () => io.abort() })).rejects.toBe(io.reason);
    expect((await readAll(under.other, "m")).toString()).toBe("old");
    expect(await keysOf(under.other)).toEqual(["m"]);
  });

  test("a replace with bytes that aren't the artifact's leaves the old one", async () => {
    await fill(under.store, { m: "old" });
    const wrong = { ...dataArtifact("right"), body: { data: Buffer.from("wrong") } };
    await expect(under.store.replace("m", wrong, testIo())).rejects.toMatchObject({ failure: "integrity" });
    expect((await readAll(under.other, "m")).toString()).toBe("old");
  });

  test("a replace of what can't be a key is a bug", async () => {
    for (const key of badKeys)
      await expect(under.store.replace(key, dataArtifact("x"), testIo())).rejects.toMatchObject({ failure: "bug" });
  });
}

function deleting(under: Under): void {
  const { test } = under;
  test("deleted keys are gone, absent ones count as removed, others stay", async () => {
    await fill(under.store, { "a/1": "1", "a/2": "2", "b/c/d": "3" });
    const outcomes = await all(under.store.delete(["a/1", "b/c/d", "none", "a/1/x", "b"], testIo()));
    expect(outcomes).toHaveLength(5);
    expect(wordsByKey(outcomes)).toEqual({
      "a/1": "removed",
      "b/c/d": "removed",
      none: "removed",
      "a/1/x": "removed",
      b: "removed",
    });
    expect(await keysOf(under.other)).toEqual(["a/2"]);
    expect((await all(under.store.delete(["a/1"], testIo())))[0]?.outcome).toBe("removed");
  });

  test("a deleted key can be put again", async () => {
    await fill(under.store, { "x/y": "1" });
    await all(under.store.delete(["x/y"], testIo()));
    await fill(under.store, { "x/y": "2" });
    expect((await readAll(under.other, "x/y")).toString()).toBe("2");
  });

  test("a key that can't be deleted fails alone", async () => {
    await fill(under.store, { a: "1" });
    const outcomes = await all(under.store.delete(["../a", "a"], testIo()));
    expect(outcomes.find(({ key }) => key === "../a")).toMatchObject({ outcome: "failed", error: { failure: "bug" } });
    expect(await keysOf(under.other)).toEqual([]);
  });

  test("deleting nothing gives nothing", async () => {
    expect(await all(under.store.delete([], testIo()))).toEqual([]);
  });
}
