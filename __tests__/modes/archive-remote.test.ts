import { createHash } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import type { BatchLimits } from "../../src/adapters/rclone/file-fetcher.ts";
import { ColdstoreError, exitCodeOf } from "../../src/model/errors.ts";
import type { ManifestRun } from "../../src/model/manifest.ts";
import type { SourceFolder } from "../../src/ports/folder.ts";
import { atHand } from "../../src/steps/fetch-ahead.ts";
import { parseManifest } from "../../src/steps/seal-manifest.ts";
import { folderRclone, type FolderRclone, type FolderRcloneOptions } from "../support/folder-rclone.ts";
import { type LocalFolder, localFolder } from "../support/local-folder.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { bash } from "../support/read-archives.ts";
import { openRemote, usedIn } from "../support/remote-source.ts";
import { bytesIn, errorOf, makeWorld, outcomesOf, type World } from "../support/world.ts";

interface Far extends AsyncDisposable {
  readonly folder: SourceFolder;
  readonly far: LocalFolder;
  readonly rclone: FolderRclone;
  readonly world: World;
  readonly scratch: string;
}

/** A world whose folder is a remote with these files in it. */
async function farWorld(
  files: Readonly<Record<string, string>>,
  options: Omit<FolderRcloneOptions, "onFetch"> & {
    readonly limits?: BatchLimits;
    /** Called before files are fetched, with the remote's own folder. */
    readonly onFetch?: (far: LocalFolder, paths: readonly string[], by: "copyOut" | "cat") => void;
  } = {},
): Promise<Far> {
  const far = localFolder();
  for (const [path, content] of Object.entries(files)) far.write(path, content, { mtime: 1_700_000_000.5 });
  const { limits, onFetch, ...more } = options;
  const rclone = folderRclone(far.path, { ...more, onFetch: (paths, by) => onFetch?.(far, paths, by) });
  const remote = await openRemote({ rclone, ...(limits && { limits }) });
  const dispose = async () => {
    await remote[Symbol.asyncDispose]();
    far[Symbol.dispose]();
  };
  return {
    far,
    rclone,
    folder: remote.folder,
    world: makeWorld({ folder: remote.folder }),
    scratch: remote.scratch,
    [Symbol.asyncDispose]: dispose,
  };
}

function archiveIn(world: World): Buffer {
  const [key] = world.place.keys().filter((each) => each.endsWith(".tar.gz"));
  return bytesIn(world.place, key ?? "none");
}

function remoteIn(world: World): ManifestRun["remote"] {
  const [key] = world.place.keys().filter((each) => each.endsWith(".coldstore.json"));
  return parseManifest(bytesIn(world.place, key ?? "none"), "a manifest").run.remote;
}

async function tarOfLocal(path: string): Promise<Buffer> {
  const scratch = plainScratch();
  await using _ = scratch;
  const signal = new AbortController().signal;
  const { repository: __, git: ___, gitVersion: ____, ...folder } = await openSourceFolder({ path, scratch, signal });
  const world = makeWorld({ folder });
  await world.archive({ name: "app" });
  return gunzipSync(archiveIn(world));
}

const smallLimits = { bytes: 1_000_000, files: 10 };

const small = {
  "README.md": "# app\n",
  "src/data.txt": "some data\n".repeat(500),
  "src/deep/er/x": "",
  ".gitignore": "*.log\n",
  "a.log": "no",
};

test("a remote's archive has the bytes of the same folder's here, its .gitignore files counted", async () => {
  await using at = await farWorld(small);
  const report = await at.world.archive({ name: "app" });
  expect(outcomesOf(report)).toEqual(["stored"]);
  const tar = gunzipSync(archiveIn(at.world));
  expect(tar.equals(await tarOfLocal(at.far.path))).toBe(true);
  const list = join(at.scratch, "x.tar");
  writeFileSync(list, tar);
  expect(bash('tar -tf "$1"', list).split("\n")).toEqual([
    "app/",
    "app/.gitignore",
    "app/README.md",
    "app/src/",
    "app/src/data.txt",
    "app/src/deep/",
    "app/src/deep/er/",
    "app/src/deep/er/x",
    "",
  ]);
  expect(at.rclone.fetched).not.toContain("a.log");
});

test("the manifest tells of the remote, and how its files were checked", async () => {
  await using at = await farWorld(small);
  await at.world.archive();
  expect(remoteIn(at.world)).toEqual({ folder: "app", name: "r2:cold/app", checked_by: { sha256: 4 } });
});

test("a second archive of the same files is unchanged", async () => {
  await using at = await farWorld(small);
  await at.world.archive();
  expect(outcomesOf(await at.world.archive())).toEqual(["unchanged"]);
});

test("names of any kind go in as they are", async () => {
  const names = [
    "caf\u00e9",
    "tab\tand\nline",
    "\r",
    "#x",
    ";y",
    " lead",
    "trail ",
    "-rf",
    "a'b\"c",
    "\u202eevil",
    "x".repeat(200),
    "A",
    "a",
  ];
  const byBytes = names.map((name) => [Buffer.from(`d/${name}`).toString("latin1"), name] as const);
  await using at = await farWorld(Object.fromEntries(byBytes));
  await at.world.archive({ name: "app" });
  const tar = gunzipSync(archiveIn(at.world));
  expect(tar.equals(await tarOfLocal(at.far.path))).toBe(true);
});

test("an empty remote is an error of the source, which no checkout would mend", async () => {
  await using at = await farWorld({});
  const error = await errorOf(at.world.archive());
  expect(exitCodeOf([error.failure])).toBe(3);
  expect(error.message).toMatch(/nothing to archive/);
  expect(error.remedy).toBeUndefined();
});

test("a remote that isn't there is an error of the source", async () => {
  const error = await errorOf(openRemote({ rclone: folderRclone("/nowhere/at/all") }));
  expect(error).toMatchObject({ failure: "source", message: expect.stringContaining("fake:folder") });
});

test("many files come in batches, each in its place", async () => {
  const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 250);
  const limits = { bytes: 64 * 1024 * 1024, files: Math.ceil(count / 5) };
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${i % 50}/f${i}`, `content ${i}`]));
  await using at = await farWorld(files, { limits });
  await at.world.archive({ name: "app" });
  expect(at.rclone.calls["copyOut"]).toBe(5);
  expect(at.rclone.fetched).toHaveLength(count);
  expect(gunzipSync(archiveIn(at.world)).equals(await tarOfLocal(at.far.path))).toBe(true);
});

test("scratch holds two batches at the most, and a file that is larger than one never", async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i + 10}`, `${i + 10}`.repeat(50_000)]));
  const used: { files: number; bytes: number }[] = [];
  let scratch = "";
  await using at = await farWorld(
    { ...files, large: "large".repeat(1_000_000) },
    { limits: { bytes: 1_000_000, files: 7 }, onFetch: () => void (scratch && used.push(usedIn(scratch))) },
  );
  scratch = at.scratch;
  await at.world.archive({ name: "app" });
  expect(Math.max(...used.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1_400_000);
  expect(Math.max(...used.map(({ bytes }) => bytes))).toBeGreaterThanOrEqual(700_000);
  expect(at.rclone.calls["cat"]).toBe(1);
  expect(gunzipSync(archiveIn(at.world)).equals(await tarOfLocal(at.far.path))).toBe(true);
});

test("a file that has changed since it was listed goes in as it is now", async () => {
  const changed = new Set<string>();
  await using at = await farWorld(small, {
    onFetch(far, paths) {
      for (const path of paths)
        if (path === "src/data.txt" && !changed.has(path)) {
          changed.add(path);
          far.write(path, "less", { mtime: 1_700_000_000.5 });
        }
    },
  });
  expect(outcomesOf(await at.world.archive({ name: "app" }))).toEqual(["stored"]);
  expect(gunzipSync(archiveIn(at.world)).equals(await tarOfLocal(at.far.path))).toBe(true);
  expect(changed.size).toBe(1);
});

test("a large file that has changed since it was listed makes the run read all again", async () => {
  let times = 0;
  await using at = await farWorld(
    { a: "a", large: "x".repeat(5 * 1024 * 1024) },
    {
      limits: { bytes: 1000, files: 10 },
      onFetch(far, _, by) {
        times += 1;
        if (by === "cat" && times < 3) far.write("large", "y".repeat(5 * 1024 * 1024));
      },
    },
  );
  expect(outcomesOf(await at.world.archive({ name: "app" }))).toEqual(["stored"]);
  expect(at.world.lines.join("\n")).toContain("reading the folder again: large in fake:folder has");
  expect(gunzipSync(archiveIn(at.world)).includes("y".repeat(1000))).toBe(true);
});

test("a file that is gone by the time it is fetched is an error of the source, and nothing is stored", async () => {
  await using at = await farWorld(small, { onFetch: (far) => far.remove("README.md") });
  const error = await errorOf(at.world.archive());
  expect(error).toMatchObject({ failure: "source", message: expect.stringContaining("README.md vanished") });
  expect(at.world.place.keys().filter((key) => key.includes("/archive/") && !key.includes("history"))).toEqual([]);
});

test("a file whose digest isn't the listed one is an error that names both digests", async () => {
  const lie = "0".repeat(64);
  await using at = await farWorld(small, { lies: { "README.md": lie } });
  const error = await errorOf(at.world.archive());
  const real = createHash("sha256").update(small["README.md"]).digest("hex");
  expect(error.failure).toBe("source");
  expect(error.message).toContain(`README.md in fake:folder has the sha256 ${lie} there, and what came has ${real}`);
  expect(error.transient).toBe(false);
});

test("a large file whose digest isn't the listed one is never stored", async () => {
  await using at = await farWorld(
    { large: "x".repeat(5 * 1024 * 1024) },
    { limits: { bytes: 1000, files: 10 }, lies: { large: "1".repeat(64) } },
  );
  expect(await errorOf(at.world.archive())).toMatchObject({ failure: "source" });
});

test("digests of kinds that only rclone makes are made by it, of all files at once", async () => {
  await using at = await farWorld(small, { hashes: ["hidrive"] });
  expect(outcomesOf(await at.world.archive())).toEqual(["stored"]);
  expect(remoteIn(at.world)?.checked_by).toEqual({ hidrive: 4 });
  expect(at.rclone.calls["hashLocal"]).toBe(2);
});

const slow = { slowHash: true };

test("where a digest costs reading the file, none is asked for of what stays out, nor by a dry run of much", async () => {
  await using at = await farWorld({ ...small, large: "x".repeat(5_000_000) }, { ...slow, limits: smallLimits });
  await at.world.archive({ name: "app" });
  expect(remoteIn(at.world)).toMatchObject({ checked_by: { sha256: 5 } });
  expect(at.rclone.hashed).not.toContain("a.log");
  expect(gunzipSync(archiveIn(at.world)).equals(await tarOfLocal(at.far.path))).toBe(true);
  truncateSync(join(at.far.path, "large"), 100 * 1024 * 1024);
  const rclone = folderRclone(at.far.path, slow);
  await using remote = await openRemote({ rclone });
  await makeWorld({ folder: remote.folder }).archive({ dryRun: true });
  expect(rclone.hashed).not.toContain("large");
});

test.each(["README.md", "large"])("such a digest that isn't that of what comes is an error, for %s", async (path) => {
  const files = { "README.md": "x", large: "x".repeat(5_000_000) };
  await using at = await farWorld(files, { ...slow, limits: smallLimits, lies: { [path]: "f".repeat(64) } });
  expect(await errorOf(at.world.archive())).toMatchObject({
    failure: "source",
    message: expect.stringContaining(`${path} in fake:folder has the sha256 ${"f".repeat(64)} there`),
  });
});

test("a file that changes before such a digest is asked for goes in as it is now", async () => {
  const time = { mtime: 1_700_000_000.5 };
  await using at = await farWorld(small, slow);
  at.far.write("README.md", "something else", time);
  at.far.write("src/data.txt", "as long", { mtime: 1_700_000_000.5 });
  expect(outcomesOf(await at.world.archive({ name: "app" }))).toEqual(["stored"]);
  expect(gunzipSync(archiveIn(at.world)).equals(await tarOfLocal(at.far.path))).toBe(true);
});

test("a large file that changes before such a digest is asked for is read again", async () => {
  let changes = 0;
  await using at = await farWorld(
    { large: "x".repeat(5_000_000) },
    {
      ...slow,
      limits: smallLimits,
      onFetch(far) {
        changes += 1;
        if (changes === 1) far.write("large", "y".repeat(5_000_000));
      },
    },
  );
  expect(outcomesOf(await at.world.archive({ name: "app" }))).toEqual(["stored"]);
  expect(at.world.lines.join("\n")).toContain("reading the folder again: large changes while it is being read");
  expect(gunzipSync(archiveIn(at.world)).includes("y".repeat(1000))).toBe(true);
});

test("where a remote has no digests it is said that sizes alone were checked", async () => {
  await using at = await farWorld(small, { hashes: [] });
  const report = await at.world.archive();
  expect(report.warnings.join("\n")).toContain(
    "5 of 5 files listed in fake:folder have no digest there, so that only the size is checked of those that are archived: ",
  );
  expect(remoteIn(at.world)?.checked_by).toEqual({ size: 4 });
});

test("links stand against an archive unless they may be left out, and empty folders are named", async () => {
  await using at = await farWorld({ ".gitignore": "ignored\n" });
  at.far.write("x", "x");
  at.far.folder("empty/inner");
  for (const link of ["link", "d/link", "ignored"]) at.far.link(link, "x");
  await using remote = await openRemote({ rclone: at.rclone });
  const world = makeWorld({ folder: remote.folder });
  for (const symlinks of ["keep", "follow"] as const)
    expect(await errorOf(world.archive({ symlinks }))).toMatchObject({
      failure: "source",
      message:
        "2 files can't be read (rclone brings no links; symlinks: skip leaves them out): d/link, link; make them readable, or leave them out with exclude: PATTERN",
    });
  expect((await errorOf(world.archive({ symlinks: "fail" }))).message).toContain("the folder has 2 links");
  const report = await world.archive({ symlinks: "skip" });
  const said = report.warnings.join("\n");
  expect(said).toContain("2 links were left out: d/link, link");
  expect(said).toContain("1 empty folder is not in the archive: empty/inner");
  expect(said).toContain("fake:folder is a remote");
  expect(said).not.toContain("there is no git here");
});

test("a file that fails to copy each time is an error that says why", async () => {
  const why = new ColdstoreError("store", "the far end is out of order");
  await using at = await farWorld(small, { fails: (path) => (path === "README.md" ? why : undefined) });
  expect(await errorOf(at.world.archive())).toMatchObject({
    failure: "source",
    message: expect.stringContaining("can't read README.md: the far end is out of order"),
  });
});

test("several readers at once each have their files", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i + 10}`, `content ${i}`]));
  await using at = await farWorld(files, { limits: { bytes: 8 * 1024 * 1024, files: 7 } });
  const { disk } = at.folder;
  const wanted = Object.keys(files);
  const read = async (): Promise<string[]> => {
    const found: string[] = [];
    const { signal } = new AbortController();
    for await (const stretch of atHand(wanted, (path) => ({ disk, path }), signal))
      for (const path of stretch) {
        await setImmediate();
        found.push(String(disk.read(path, disk.look(path)!)));
      }
    return found;
  };
  for (const found of await Promise.all([read(), read(), read()])) expect(found).toEqual(Object.values(files));
  expect(usedIn(at.scratch).files).toBe(0);
});

test("a reader that stops leaves nothing in scratch, and nothing on its way", async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i + 10}`, `content ${i}`]));
  await using at = await farWorld(files, { limits: { bytes: 8 * 1024 * 1024, files: 7 } });
  const { disk } = at.folder;
  const { signal } = new AbortController();
  for await (const _ of atHand(Object.keys(files), (path) => ({ disk, path }), signal)) break;
  expect(usedIn(at.scratch).files).toBe(0);
});

test("a dry run of a small remote tells exactly what would be stored", async () => {
  await using at = await farWorld(small);
  const report = await at.world.archive({ dryRun: true });
  const plan = report.details?.kind === "plan" ? report.details.plan : undefined;
  expect(outcomesOf(report)).toEqual(["would-store"]);
  expect(plan?.sizes).toMatchObject([{ format: "tar.gz", exact: true }]);
});

test("a dry run of a large remote fetches samples alone, and says so", async () => {
  await using at = await farWorld({ ...small, "z/large": "" }, { hashes: [] });
  const bytes = 100 * 1024 * 1024;
  truncateSync(join(at.far.path, "z/large"), bytes);
  await using remote = await openRemote({ rclone: at.rclone });
  const report = await makeWorld({ folder: remote.folder }).archive({ dryRun: true });
  const plan = report.details?.kind === "plan" ? report.details.plan : undefined;
  expect(plan?.tarBytes).toBeGreaterThan(bytes);
  expect(plan?.sizes[0]?.bytes).toBeLessThan(bytes / 10);
  expect(report.warnings.join("\n")).toContain("only samples were fetched of the 105 MB in fake:folder");
  expect(at.rclone.calls["cat"]).toBeLessThanOrEqual(64);
  expect(at.rclone.bytesGiven()).toBeLessThan(bytes / 4);
});

test("a file that fails among others comes alone", async () => {
  const why = new ColdstoreError("store", "file name too long");
  await using at = await farWorld(small, {
    fails: (path, by) => (path === "README.md" && by === "copyOut" ? why : undefined),
  });
  expect(outcomesOf(await at.world.archive({ name: "app" }))).toEqual(["stored"]);
  expect(gunzipSync(archiveIn(at.world)).equals(await tarOfLocal(at.far.path))).toBe(true);
});
