import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Plan } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import type { SnapshotSettings } from "../../src/settings/settings.ts";
import { measureArchive } from "../../src/steps/measure-archive.ts";
import { someOf } from "../support/some-of.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { openFolder } from "../support/open-fixture.ts";
import { quiet } from "../support/packed-archive.ts";
import { seeded } from "../support/store-fixtures.ts";
import {
  bytesIn,
  exitOf,
  makeWorld,
  manifestIn,
  outcomesOf,
  setFolder,
  smallProject,
  storedWorld,
  type World,
} from "../support/world.ts";

const dry = async (world: World, settings: Partial<SnapshotSettings> = {}) =>
  world.snapshot({ dryRun: true, ...settings });

function planOf(report: Report): Plan {
  if (report.details?.kind !== "plan") throw new Error("it has no plan");
  return report.details.plan;
}

test("a dry run writes nothing anywhere and asks nothing that needs permission to write", async () => {
  const world = makeWorld();
  const report = await dry(world);
  expect([report.status, exitOf(report), outcomesOf(report)]).toEqual(["planned", 0, ["would-store"]]);
  expect(world.place.keys()).toEqual([]);
  const calls = world.store.calls.map(({ call }) => call);
  for (const writing of ["put", "settle", "replace", "delete"]) expect(calls).not.toContain(writing);
});

test("its counts and sizes are those of the set that the real run makes", async () => {
  using fixture = makeRepository({
    files: {
      ".gitattributes": "version.txt export-subst\nsecret export-ignore\n",
      "version.txt": "commit $Format:%H$ short $Format:%h$\n",
      secret: "not in it",
      "src/run.sh": { executable: "#!/bin/sh\n" },
      "src/deep/er/data": "0123456789".repeat(3000),
      link: { link: "src/run.sh" },
    },
    tags: { "v1.4.0": "annotated" },
  });
  await using opened = await openFolder(fixture.path);
  const world = makeWorld({ repository: opened.repository });
  const settings = { formats: ["tar.gz", "tar"] } as const;
  const plan = planOf(await dry(world, settings));
  await world.stored(settings);
  const { content, artifacts } = manifestIn(world.place);
  const { bytes: _, ...counts } = content.tree;
  expect(plan.counts).toMatchObject(counts);
  const archives = artifacts.filter(({ role }) => role === "archive");
  expect(plan.sizes).toEqual(archives.map(({ format, bytes }) => ({ format, bytes, exact: true })));
  expect(plan.exportSubst).toEqual([{ path: "version.txt", line: "commit $Format:%H$ short $Format:%h$" }]);
});

test("without export-subst its tar's size and content bytes are the real ones to the byte", async () => {
  const world = makeWorld();
  const plan = planOf(await dry(world));
  await world.stored();
  const { tar, tree } = manifestIn(world.place).content;
  expect([plan.tarBytes, plan.counts]).toEqual([tar.bytes, tree]);
});

test("it foretells what the real run would do in each store", async () => {
  const world = await storedWorld();
  const before = world.place.keys();
  expect(outcomesOf(await dry(world))).toEqual(["unchanged"]);
  const conflict = await dry(world, { prefix: "b/" });
  expect([exitOf(conflict), conflict.status, outcomesOf(conflict)]).toEqual([10, "conflict", ["conflict"]]);
  expect(outcomesOf(await dry(world, { prefix: "b/", onConflict: "keep" }))).toEqual(["kept"]);
  expect(outcomesOf(await dry(world, { prefix: "b/", onConflict: "replace" }))).toEqual(["would-store"]);
  expect(world.place.keys()).toEqual(before);
  world.place.drop(`${setFolder}app-1.4.0.RESTORE.md`);
  expect((await dry(world)).outcomes).toMatchObject([
    { outcome: "would-store", detail: "would put back app-1.4.0.RESTORE.md" },
  ]);
  world.place.flipByte(`${setFolder}app-1.4.0.coldstore.json`);
  expect(exitOf(await dry(world))).toBe(6);
});

test("a conflict has the status that the real run would have", async () => {
  const world = await storedWorld();
  for (const dryRun of [true, false]) expect((await world.snapshot({ dryRun, prefix: "b/" })).status).toBe("conflict");
});

test("a store folder that isn't there yet would be made; one that can't be reached makes the plan red", async () => {
  const world = makeWorld();
  world.store.problems.push(new ColdstoreError("not-found", "no such folder"));
  expect(outcomesOf(await dry(world))).toEqual(["would-store"]);
  world.store.problems.splice(0, 1, new ColdstoreError("store", "it is down"));
  const report = await dry(world);
  expect([exitOf(report), report.outcomes]).toEqual([
    5,
    [expect.objectContaining({ outcome: "failed", detail: "it is down" })],
  ]);
});

test("it needs no store at all", async () => {
  const report = await makeWorld().snapshot({ dryRun: true }, { stores: [] });
  expect([report.status, report.outcomes]).toEqual(["planned", []]);
});

test("the biggest entries and folders come first", async () => {
  const files = { "a/x/1": "x".repeat(300), "a/2": "x".repeat(50), "b/3": "x".repeat(200), top: "x".repeat(250) };
  const plan = planOf(await dry(makeWorld({ repository: { ...smallProject, files } })));
  expect(plan.biggestEntries.map(({ path, bytes }) => `${path} ${bytes}`)).toEqual([
    "a/x/1 300",
    "top 250",
    "b/3 200",
    "a/2 50",
  ]);
  expect(plan.biggestFolders.map(({ path, bytes }) => `${path} ${bytes}`)).toEqual(["a 350", "a/x 300", "b 200"]);
});

test("submodules and LFS pointers are all listed, and make the plan red with the way out of each", async () => {
  const files = {
    lib: { submodule: "c".repeat(40) },
    "big.bin": { lfs: "content" },
    "dir/two.bin": { lfs: "more content" },
    a: "a",
  };
  const report = await dry(makeWorld({ repository: { ...smallProject, files } }));
  const plan = planOf(report);
  expect(plan.submodules).toEqual([{ path: "lib", commit: "c".repeat(40) }]);
  expect(plan.lfs.map(({ path, bytes }) => `${path} ${bytes}`)).toEqual(["big.bin 7", "dir/two.bin 12"]);
  expect([exitOf(report), report.errors.length]).toEqual([3, 2]);
  for (const { message } of report.errors) expect(message).toMatch(/\.gitattributes: `\/.* export-ignore`/);
});

test("contents of Git LFS that are missing are what a dry run tells of them, wherever samples would be taken", async () => {
  const files = { "big.bin": { lfs: Buffer.alloc(1_000_000) }, "c.bin": { lfs: "c" } };
  const report = await dry(makeWorld({ repository: { ...smallProject, files } }), { lfs: "include" });
  expect(report.errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/2 Git LFS files .*: big\.bin .*, c\.bin .*lfs fetch/),
  ]);
});

test("what the source has against it is said in place of what would be stored", async () => {
  const files = { lib: { submodule: "c".repeat(40) }, "big.bin": { lfs: "content" } };
  const report = await dry(makeWorld({ repository: { ...smallProject, files } }));
  const detail = report.errors.map(({ message }) => message).join("\n");
  expect([report.status, report.outcomes]).toEqual([
    "failed",
    [{ outcome: "failed", store: "memory", set: "acme/app/snapshot/v1.4.0", detail }],
  ]);
});

const growing = {
  commits: [
    { files: { same: "s", gone: "g", text: "old" }, tags: { v1: "light" } },
    { files: { text: "new!", fresh: "f" }, remove: ["gone"], tags: { v2: "light" } },
  ],
} as const;

test("what is new since the newest set is counted and named, and the time is told from the last runs", async () => {
  const world = makeWorld({ repository: growing });
  let clock = Date.UTC(2026, 10, 22, 4);
  await world.stored({ ref: "v1" }, { now: () => new Date((clock += 250)) });
  const plan = planOf(await dry(world, { ref: "v2" }));
  expect(plan.since).toMatchObject({ set: { id: "v1" }, added: 1, removed: 1, changed: 1 });
  expect(plan.since!.examples.map(({ path, change }) => `${change} ${path}`)).toEqual([
    "added fresh",
    "removed gone",
    "changed text",
  ]);
  expect(plan.expectedSeconds).toBeGreaterThan(0);
  expect(plan.expectedSeconds).toBeLessThan(10);
});

test("a set whose commit isn't in this clone, and a store that can't be read for the past, are no failure", async () => {
  const first = await storedWorld();
  const other = makeWorld({
    place: first.place,
    repository: { ...smallProject, files: { a: "other" }, tags: { v2: "light" } },
  });
  expect(planOf(await dry(other, { ref: "v2" }))).not.toHaveProperty("since");
  const broken = makeWorld();
  broken.store.fail("list", new ColdstoreError("store", "down"), {
    nth: 1,
    times: 1,
    key: "acme/app/snapshot/v1.4.0/",
  });
  expect(exitOf(await dry(broken))).toBe(5);
});

test("a history that is damaged or foreign tells no time", async () => {
  const world = await storedWorld({ prove: "none" });
  const [history] = world.place.keys().filter((key) => key.includes("/history/"));
  for (const text of [
    "",
    "not JSON",
    "null",
    "[]",
    '{"outcome":"stored","tar_bytes":"x","milliseconds":1}',
    '{"outcome":"stored","tar_bytes":1,"milliseconds":0}',
  ]) {
    world.place.objects.set(history!, { data: Buffer.from(text), modified: new Date(0) });
    expect(planOf(await dry(world))).not.toHaveProperty("expectedSeconds");
  }
});

/** Lines made of words, some often and some seldom, as source code is. */
function textLike(bytes: number, seed: number): Buffer {
  const random = seeded(seed);
  const words = Array.from({ length: 3000 }, () => Math.floor(random() * 36 ** 5).toString(36));
  const parts: string[] = [];
  for (let length = 0; length < bytes;) {
    const word = words[Math.floor(random() ** 3 * words.length)]! + (random() < 0.12 ? "\n  " : " ");
    parts.push(word);
    length += word.length;
  }
  return Buffer.from(parts.join("")).subarray(0, bytes);
}

function noise(bytes: number, seed: number): Buffer {
  const random = seeded(seed);
  const data = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) data.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  return data;
}

const mega = 1024 * 1024;

/** Over 64 MiB of files of many sizes, each with its own part of the text. */
function textTree(): Record<string, Buffer> {
  const text = textLike(24 * mega, 1);
  const random = seeded(2);
  const files: Record<string, Buffer> = {};
  for (let bytes = 0, i = 0; bytes < 66 * mega; i += 1) {
    const size = Math.floor(200 + random() ** 4 * 600_000);
    const start = Math.floor(random() * (text.length - size));
    files[`src/${i % 40}/module-${i}.ts`] = text.subarray(start, start + size);
    bytes += size;
  }
  return files;
}

function mixedTree(): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 480; i += 1) files[`assets/${i}.jpg`] = noise(20_000 + (i % 90) * 1500, i);
  for (let i = 0; i < 3; i += 1)
    files[`data/${i}.bin`] = Buffer.concat([noise(4 * mega, 1000 + i), Buffer.alloc(2 * mega, i)]);
  const text = textLike(8 * mega, 5);
  for (let i = 0; i < 250; i += 1) files[`src/${i}.txt`] = text.subarray(i * 25_000, i * 25_000 + 40_000 + i * 100);
  return files;
}

/** Noise and zeros by turns, at distances that evenly spaced samples would all meet in one phase. */
function periodicTree(): Record<string, Buffer> {
  const size = 128 * 1024 - 512;
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 720; i += 1) files[`part-${1000 + i}`] = i % 2 === 0 ? noise(size, i) : Buffer.alloc(size, i);
  return files;
}

const trees = [
  ["text", textTree],
  ["what comes by turns", periodicTree],
  ["text and what doesn't compress", mixedTree],
] as const;

test.each(someOf(trees, 1))("above 64 MiB the size of %s is estimated within 5 per cent", async (_, tree) => {
  const files = tree();
  const repository = memoryRepository({ ...smallProject, files });
  const plan = planOf(
    await dry(makeWorld({ repository }), { formats: ["tar.gz", "tar"], prefix: "p/", compressionLevel: 2 }),
  );
  expect(plan.tarBytes).toBeGreaterThan(64 * mega);
  const revision = await repository.resolve("v1.4.0", quiet.signal);
  const tar = await repository.archive(revision, { prefix: "p/", exportSubst: "stable" }, quiet.signal);
  const real = await measureArchive({
    tar: Readable.from(tar, { objectMode: false }),
    prefix: "p/",
    formats: ["tar.gz"],
    level: 2,
    io: quiet,
  });
  expect(plan.tarBytes).toBe(real.tarBytes);
  expect(plan.sizes[1]).toEqual({ format: "tar", bytes: real.tarBytes, exact: true });
  const [estimated] = plan.sizes;
  expect(estimated!.exact).toBe(false);
  expect(Math.abs(estimated!.bytes / real.sizes[0]!.bytes - 1)).toBeLessThan(0.05);
});

test("bytes of the set that a dry run looked at are as before", async () => {
  const world = await storedWorld();
  const before = bytesIn(world.place, `${setFolder}app-1.4.0.tar.gz`);
  await dry(world, { onConflict: "replace", prefix: "b/", freeze: true });
  expect(bytesIn(world.place, `${setFolder}app-1.4.0.tar.gz`).equals(before)).toBe(true);
  expect(world.place.keys().filter((key) => key.includes("freeze"))).toEqual([]);
});
