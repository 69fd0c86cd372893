import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ScratchRoot } from "../../../src/adapters/local/workspace.ts";
import { rcloneOf } from "../../../src/adapters/rclone/rclone-of.ts";
import { openRcloneStore } from "../../../src/adapters/rclone/rclone-store.ts";
import type { Rclone, RemoteFeatures, RemoteFile } from "../../../src/adapters/rclone/rclone.ts";
import { dryRunStore } from "../../../src/adapters/wrappers/dry-run-store.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import type { Store } from "../../../src/ports/store.ts";
import { folderRclone, type FolderRcloneOptions } from "../../support/folder-rclone.ts";
import { all, dataArtifact, fill, keysOf, readAll, testIo } from "../../support/store-fixtures.ts";

const at = { folder: "" };
beforeEach(async () => {
  at.folder = await mkdtemp(join(tmpdir(), "coldstore-rclone-store-"));
});
afterEach(async () => rm(at.folder, { recursive: true, force: true }));

interface Fake {
  readonly features?: Partial<RemoteFeatures>;
  readonly options?: FolderRcloneOptions;
  readonly storageClass?: string;
  change?(rclone: Rclone): Partial<Rclone>;
}

/** A store over a folder that does what a remote with these traits does, in part as the test has it. */
function fakeStore({ features = {}, options = {}, storageClass, change }: Fake = {}): Store {
  const bare = folderRclone(join(at.folder, "far"), options);
  const rclone: Rclone = {
    ...bare,
    features: async (io) => ({ ...(await bare.features(io)), partialUploads: true, ...features }),
  };
  return openRcloneStore({
    rclone: { ...rclone, ...change?.(rclone) },
    scratch: new ScratchRoot(join(at.folder, "scratch")),
    name: "fake:folder",
    patienceMs: 10,
    ...(storageClass !== undefined && { storageClass }),
  });
}

const put = async (store: Store, key: string, text: string) =>
  (await all(store.put([{ key, artifact: dataArtifact(text) }], testIo())))[0]!;

describe("what shows that an object has arrived", () => {
  test("is the strongest digest that the remote reports", async () => {
    expect(await put(fakeStore(), "a/b", "text")).toMatchObject({
      outcome: "created",
      object: { confirmed: "sha256" },
    });
    const second = fakeStore({ options: { hashes: ["md5", "crc32"] } });
    expect(await put(second, "c", "text")).toMatchObject({ object: { confirmed: "md5" } });
  });

  test("is nothing where the remote reports none, or only notes it for another", async () => {
    for (const fake of [{ options: { hashes: [] } }, { features: { overlay: true } }]) {
      const outcome = await put(fakeStore(fake), `a${JSON.stringify(fake).length}`, "text");
      expect(outcome.outcome).toBe("created");
      expect("object" in outcome && outcome.object.confirmed).toBe(undefined);
    }
  });

  test("is nothing for an object that comes without a digest although others have one", async () => {
    const store = fakeStore({
      change: ({ find }) => ({
        find: async (...asked) => (await find(...asked)).map((file) => ({ ...file, hashes: {} })),
      }),
    });
    const outcome = await put(store, "a", "text");
    expect("object" in outcome && outcome.object.confirmed).toBe(undefined);
  });

  test("isn't that rclone ended well: what isn't there then has failed, and may be tried again", async () => {
    const store = fakeStore({
      change: () => ({ copyIn: async ({ paths }) => ({ faults: [], copied: new Set(paths) }) }),
    });
    expect(await put(store, "a", "text")).toMatchObject({
      outcome: "failed",
      error: { failure: "store", transient: true },
    });
  });
});

describe("an object with another digest", () => {
  const wrong = (bytes: string) => async (folder: string, key: string) => writeFile(join(folder, key), bytes);

  test("is removed again where rclone couldn't compare what it had sent", async () => {
    const far = join(at.folder, "far");
    const store = fakeStore({
      change: ({ copyIn }) => ({
        async copyIn(from, io) {
          const done = await copyIn(from, io);
          for (const key of from.paths) await wrong("flip")(far, key);
          return { ...done, unchecked: new Set(from.paths) };
        },
      }),
    });
    const outcome = await put(store, "a", "text");
    expect(outcome).toMatchObject({ outcome: "failed", error: { transient: true } });
    expect(await keysOf(store)).toEqual([]);
  });

  test("is another writer's where rclone has compared it, and is left alone", async () => {
    const far = join(at.folder, "far");
    const store = fakeStore({
      change: ({ copyIn }) => ({
        async copyIn(from, io) {
          const done = await copyIn(from, io);
          for (const key of from.paths) await wrong("them")(far, key);
          return done;
        },
      }),
    });
    expect(await put(store, "a", "text")).toMatchObject({ outcome: "different" });
    expect((await readAll(store, "a")).toString()).toBe("them");
  });

  test("that comes right after storing is found by settle, once", async () => {
    for (const hashes of [["md5"], []]) {
      const store = fakeStore({ options: { hashes } });
      const key = `k${hashes.length}`;
      expect(await put(store, key, "text")).toMatchObject({ outcome: "created" });
      await writeFile(join(at.folder, "far", key), "them");
      await expect(store.settle(testIo())).rejects.toMatchObject({ failure: "conflict" });
      await store.settle(testIo());
    }
  });

  test("is no reason to settle badly when this run itself has removed or replaced the object", async () => {
    const store = fakeStore();
    await fill(store, { a: "1", b: "2" });
    await all(store.delete(["a"], testIo()));
    await store.replace("b", dataArtifact("3"), testIo());
    await store.settle(testIo());
    expect(await keysOf(store)).toEqual(["b"]);
  });
});

test("several files of one name are a failure, where a remote can have them", async () => {
  const twice = (file: RemoteFile) => [file, file];
  const store = fakeStore({
    features: { duplicateFiles: true },
    change: ({ list }) => ({ list: async (...asked) => (await list(...asked)).flatMap(twice) }),
  });
  expect(await put(store, "a/b", "text")).toMatchObject({ outcome: "failed", error: { failure: "conflict" } });
});

test("a listing that fails is an error, never an empty store", async () => {
  const down = new ColdstoreError("store", "fake:folder is down", { transient: true });
  const fail = async () => {
    throw down;
  };
  const store = fakeStore({ change: () => ({ list: fail, find: fail, stat: fail }) });
  await expect(keysOf(store)).rejects.toBe(down);
  await expect(store.stat("a", testIo())).rejects.toBe(down);
  expect(await put(store, "a", "text")).toMatchObject({ outcome: "failed", error: down });
});

test("a bucket that isn't there is an error, a folder is one that has nothing yet", async () => {
  expect(await keysOf(fakeStore())).toEqual([]);
  await expect(keysOf(fakeStore({ features: { bucketBased: true } }))).rejects.toMatchObject({ failure: "not-found" });
});

test("files that rclone hasn't given their names yet are no objects", async () => {
  const store = fakeStore();
  await fill(store, { "a/b": "1", "a/c.partial": "2" });
  await writeFile(join(at.folder, "far/a/b.0123abcd.partial"), "half");
  expect(await keysOf(store)).toEqual(["a/b", "a/c.partial"]);
  expect(await store.stat("a/b.0123abcd.partial", testIo())).toBeUndefined();
});

test("half-made files that are older than a day go when something is stored beside them, others stay", async () => {
  const store = fakeStore();
  await fill(store, { "a/old": "1", "b/old": "1" });
  const far = (path: string) => join(at.folder, "far", path);
  const halves = ["a/x.0123abcd.partial", "a/y.0123abcd.partial", "b/x.0123abcd.partial"];
  for (const path of halves) await writeFile(far(path), "half");
  for (const path of [halves[0]!, halves[2]!]) await utimes(far(path), 1_600_000_000, 1_600_000_000);
  await store.settle(testIo());
  expect(await keysOf(store)).toEqual(["a/old", "b/old"]);
  await fill(store, { "a/new": "2" });
  await store.settle(testIo());
  expect(halves.map((path) => existsSync(far(path)))).toEqual([false, true, true]);
});

test("payload alone goes to the storage class", async () => {
  const classes: Record<string, string | undefined> = {};
  const store = fakeStore({
    storageClass: "DEEP_ARCHIVE",
    change: ({ copyIn }) => ({
      async copyIn(from, io) {
        for (const path of from.paths) classes[path] = from.storageClass;
        return copyIn(from, io);
      },
    }),
  });
  const set = "acme/app/snapshot/v1/app-1";
  const cold = [`${set}.tar.gz`, `${set}.tar.part-001`, "acme/app/snapshot/v1/thesis.pdf"];
  const usual = [
    `${set}.coldstore.json`,
    `${set}.SHA256SUMS`,
    `${set}.RESTORE.md`,
    `${set}.files.jsonl.gz`,
    "acme/app/records/snapshot/v1/proof-20261122T021500Z-1.json",
    "acme/app/history/20261122T021500Z-1.json",
  ];
  await fill(store, Object.fromEntries([...cold, ...usual].map((key) => [key, key])));
  expect(cold.map((key) => classes[key])).toEqual(cold.map(() => "DEEP_ARCHIVE"));
  expect(usual.map((key) => classes[key])).toEqual(usual.map(() => undefined));
});

test("what lies in a cold tier says so, and can't be opened", async () => {
  const store = fakeStore({
    change: ({ stat }) => ({
      async stat(...asked) {
        const file = await stat(...asked);
        return file && { ...file, tier: "GLACIER" };
      },
    }),
  });
  await fill(store, { a: "1" });
  expect(await store.stat("a", testIo())).toMatchObject({ tier: "GLACIER", frozen: true });
  await expect(store.open("a", undefined, testIo())).rejects.toThrow(/GLACIER.*thawed/);
});

test("a stream that ends too early, or goes on, fails", async () => {
  for (const [given, range] of [
    ["123", undefined],
    ["1", { start: 0, end: 3 }],
    ["12345", { start: 0, end: 3 }],
  ] as const) {
    const store = fakeStore({ change: () => ({ cat: async () => Readable.from([Buffer.from(given)]) }) });
    await all(store.delete(["a"], testIo()));
    await fill(store, { a: "1234" });
    const stream = await store.open("a", range, testIo());
    await expect(stream.toArray()).rejects.toMatchObject({ failure: "store", transient: true });
  }
});

test("what a copy out of the remote passes over without a word is looked for before it's called missing", async () => {
  const store = fakeStore({ change: () => ({ copyOut: async () => [] }) });
  await fill(store, { a: "1" });
  const results = await all(store.read(["a", "b"], testIo()));
  expect(results.find(({ key }) => key === "a")).toMatchObject({ error: { transient: true } });
  expect(results.find(({ key }) => key === "b")).toEqual({ key: "b", missing: true });
});

describe("what a killed run has left on a remote that shows files before they are whole", () => {
  const parts = { partialUploads: false };
  const key = "acme/app/snapshot/v1/app.tar.gz";

  test("is taken up when it's the beginning of the very artifact", async () => {
    const store = fakeStore({ features: parts });
    await fill(store, { [key]: "the begin" });
    expect(await put(store, key, "the beginning and the end")).toMatchObject({ outcome: "created" });
    expect((await readAll(store, key)).toString()).toBe("the beginning and the end");
  });

  test("stays when it's anything else, or a manifest lies beside it", async () => {
    // The folder would write over it.
    const copyIn: Rclone["copyIn"] = async () => ({ faults: [], copied: new Set() });
    const store = fakeStore({ features: parts });
    await fill(store, { [key]: "not the begin" });
    const careful = fakeStore({ features: parts, change: () => ({ copyIn }) });
    expect(await put(careful, key, "the beginning and the end")).toMatchObject({ outcome: "different" });
    await fill(store, { "b/x": "the begin", "b/x.coldstore.json": "{}" });
    expect(await put(careful, "b/x", "the beginning and the end")).toMatchObject({ outcome: "different" });
    expect(await readFile(join(at.folder, "far", key), "utf8")).toBe("not the begin");
    expect(await readFile(join(at.folder, "far/b/x"), "utf8")).toBe("the begin");
  });
});

test("room is compared with what will be written, where the remote tells of it", async () => {
  const store = fakeStore({ change: () => ({ free: async () => 1000 }) });
  expect(await store.preflight({ write: true, bytes: 1000 }, testIo())).toEqual([]);
  const [problem] = await store.preflight({ write: true, bytes: 5000 }, testIo());
  expect(problem?.message).toContain("4.0 kB are missing");
  expect(await store.preflight({ write: false, bytes: 0 }, testIo())).toEqual([]);
});

test("a storage class is refused before anything is stored where there are none", async () => {
  const [problem] = await fakeStore({ storageClass: "GLACIER" }).preflight({ write: true, bytes: 0 }, testIo());
  expect(problem).toMatchObject({ failure: "settings" });
  const bucket = fakeStore({ storageClass: "GLACIER", features: { bucketBased: true } });
  expect(await bucket.preflight({ write: true, bytes: 0 }, testIo())).toEqual([]);
});

test("a root that isn't there stands against reading; a bucket against writing, too", async () => {
  const missing = new ColdstoreError("not-found", "there is no fake:folder");
  const change = () => ({
    lookAt: async () => {
      throw missing;
    },
  });
  expect(await fakeStore({ change }).preflight({ write: false, bytes: 0 }, testIo())).toEqual([missing]);
  expect(await fakeStore({ change }).preflight({ write: true, bytes: 0 }, testIo())).toEqual([]);
  const bucket = fakeStore({ change, features: { bucketBased: true } });
  const [problem] = await bucket.preflight({ write: true, bytes: 0 }, testIo());
  expect(problem).toMatchObject({ failure: "store" });
  expect(problem?.message).toContain("bucket");
});

test("what a store is reached by can be told through what is wrapped around it", () => {
  const store = fakeStore();
  expect(rcloneOf(store)).toBeDefined();
  expect(rcloneOf(dryRunStore(store))).toBe(rcloneOf(store));
});
