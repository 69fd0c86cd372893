import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { storedFiles } from "../../src/model/manifest.ts";
import { copyFiles } from "../../src/steps/copy-files.ts";
import { batchesOf, fetchBatch, scratchBytes } from "../../src/steps/fetch-files.ts";
import { loadSets, listSet } from "../../src/steps/list-sets.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { putPlainSet } from "../support/plain-set.ts";
import { smallDisk } from "../support/small-disk.ts";
import { testIo } from "../support/store-fixtures.ts";

const MiB = 1024 * 1024;

function files(...sizes: readonly number[]) {
  return sizes.map((bytes, i) => ({ name: `file-${i}`, bytes, sha256: "" }));
}

const sizesOf = (sizes: readonly number[]) =>
  batchesOf(files(...sizes)).map((batch) => batch.map(({ bytes }) => bytes));

test("small files are fetched together, large ones by themselves, the largest first", () => {
  expect(sizesOf([])).toEqual([]);
  expect(sizesOf([0, 0])).toEqual([[0, 0]]);
  expect(sizesOf([5, 100 * MiB, 7, 40 * MiB])).toEqual([[100 * MiB], [40 * MiB], [7, 5]]);
  expect(sizesOf([20 * MiB, 20 * MiB, 12 * MiB, 1])).toEqual([[20 * MiB], [20 * MiB, 12 * MiB], [1]]);
  for (const batch of batchesOf(files(...Array.from({ length: 500 }, (_, i) => i * 100_000))))
    expect(batch.length === 1 || batch.reduce((sum, { bytes }) => sum + bytes, 0) <= 32 * MiB).toBe(true);
});

test("only what is more than a little lies in scratch", () => {
  expect(scratchBytes(files(5, MiB, MiB + 1))).toBe(MiB + 1);
});

test("while a large file is stored only the next one is there beside it, and neither if both don't fit", async () => {
  const chunk = Buffer.alloc(MiB);
  const bytes = 33 * MiB;
  const hash = createHash("sha256");
  for (let i = 0; i < 33; i += 1) hash.update(chunk);
  const zeros = { bytes, sha256: hash.digest("hex") };
  const place = new MemoryPlace();
  const name = putPlainSet(place, { id: "v1" });
  const from = new MemoryStore({ name: "source", place, digests: [] });
  const [set] = await loadSets(from, [await listSet(from, name, testIo())], testIo());
  if (set?.state !== "complete") throw new Error("no set");
  from.open = async () => Readable.from(Array.from({ length: 33 }, () => chunk));
  for (const [free, most, parts] of [
    [Number.MAX_SAFE_INTEGER, 2, ["one", "two", "three"]],
    [40 * MiB, 1, ["one", "two"]],
  ] as const) {
    const scratch = plainScratch();
    onTestFinished(async () => scratch[Symbol.asyncDispose]());
    const kept = { path: scratch.path, file: scratch.file, [Symbol.asyncDispose]: async () => undefined };
    const counts: number[] = [];
    const store = new MemoryStore({ name: "target", digests: [] });
    store.put = async function* (items) {
      for await (const { key, artifact } of items) {
        // As long as the next one takes, so that whatever may come does.
        await new Promise((resolve) => setTimeout(resolve, 30));
        counts.push(readdirSync(scratch.path).length);
        yield { key, outcome: "created", object: { key, bytes: artifact.bytes, digests: {} } };
      }
    };
    const wanted = parts.map((part) => ({ key: set.prefix + part, file: { name: part, ...zeros } }));
    const copy = {
      from,
      set,
      prove: "none",
      workspace: { scratch: async () => kept, freeBytes: async () => free },
      fetched: () => undefined,
      stored: () => undefined,
    } as const;
    const [landing] = await copyFiles(copy, [{ store, job: { kind: "copy", wanted, there: [] } }], testIo());
    expect([landing?.error, landing?.left, landing?.objects.size]).toEqual([undefined, [], wanted.length]);
    expect(Math.max(...counts)).toBeLessThanOrEqual(most);
    expect(readdirSync(scratch.path)).toEqual([]);
  }
});

test("that a folder for files on their way has gone is said as what it is", async () => {
  const place = new MemoryPlace();
  const name = putPlainSet(place, { id: "v1", archive: Buffer.alloc(2 * MiB) });
  const from = new MemoryStore({ name: "source", place, digests: [] });
  const [set] = await loadSets(from, [await listSet(from, name, testIo())], testIo());
  if (set?.state !== "complete") throw new Error("no set");
  const gone = { path: "/nowhere", file: () => "/nowhere/at/all", [Symbol.asyncDispose]: async () => undefined };
  const batch = { files: storedFiles(set.manifest), number: 0, scratch: gone };
  await expect(fetchBatch({ from, set }, batch, testIo())).rejects.toMatchObject({
    failure: "store",
    message: expect.stringMatching(/ENOENT.*TMPDIR/),
  });
});

test("that the disk is full is said, and what was begun is removed", async (context) => {
  const place = new MemoryPlace();
  const name = putPlainSet(place, { id: "v1", archive: Buffer.alloc(4 * MiB, "x") });
  const from = new MemoryStore({ name: "source", place, digests: [] });
  const [set] = await loadSets(from, [await listSet(from, name, testIo())], testIo());
  if (set?.state !== "complete") throw new Error("no set");
  const path = await smallDisk(context, 1);
  const scratch = { path, file: (file: string) => join(path, file), [Symbol.asyncDispose]: async () => undefined };
  const batch = { files: storedFiles(set.manifest), number: 0, scratch };
  await expect(fetchBatch({ from, set }, batch, testIo())).rejects.toMatchObject({
    failure: "store",
    message: expect.stringMatching(/the disk is full/),
  });
  expect(readdirSync(path).filter((file) => file !== "lost+found")).toEqual([]);
});

test("files whose names are one on some disks don't get in each other's way", async () => {
  const place = new MemoryPlace();
  const files = {
    "TOOL.bin": Buffer.alloc(2 * MiB, "a"),
    "tool.bin": Buffer.alloc(2 * MiB, "b"),
    "twin.bin": Buffer.alloc(2 * MiB, "a"),
  };
  const name = putPlainSet(place, { id: "v1", files });
  const from = new MemoryStore({ name: "source", place, digests: [] });
  const [set] = await loadSets(from, [await listSet(from, name, testIo())], testIo());
  if (set?.state !== "complete") throw new Error("no set");
  await using scratch = plainScratch();
  await using fetched = await fetchBatch(
    { from, set },
    { files: storedFiles(set.manifest), number: 0, scratch },
    testIo(),
  );
  const paths = [...fetched.artifacts.values()].flatMap(({ body }) => ("file" in body ? body.file.toLowerCase() : []));
  expect(new Set(paths).size).toBe(3);
});
