import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { lfsPointer } from "../support/git-fixture.ts";
import { localFolder } from "../support/local-folder.ts";
import type { MemoryFolderSpec } from "../support/memory-folder.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { testWith } from "../support/programs.ts";
import {
  bytesIn,
  errorOf,
  exitOf,
  filesIn,
  makeWorld,
  manifestIn,
  outcomesOf,
  stateOf,
  type World,
} from "../support/world.ts";

const files = {
  "README.md": "# app\n",
  "src/run.sh": { content: "#!/bin/sh\n", executable: true },
  link: { link: "src/run.sh" },
};

const outside: MemoryFolderSpec = { files, git: {} };

/** A checkout in which nothing is uncommitted. */
function cleanCheckout(more: Partial<MemoryFolderSpec> = {}): MemoryFolderSpec {
  const repository = memoryRepository({ files: { "README.md": "# app\n" } });
  return { files, git: { tracked: ["README.md", "src/run.sh", "link"] }, repository, ...more };
}

function worldOf(spec: MemoryFolderSpec, place?: World["place"]): World {
  return makeWorld({ folder: memoryFolder(spec), ...(place && { place }) });
}

/** The folders of all archives in the store. */
function archivesIn(world: World): string[] {
  const keys = world.place.keys().filter((key) => key.startsWith("acme/app/archive/"));
  return [...new Set(keys.map((key) => key.split("/").slice(0, 4).join("/") + "/"))];
}

function onlyArchive(world: World): string {
  const [folder, second] = archivesIn(world);
  if (folder === undefined || second !== undefined) throw new Error(`archives: ${archivesIn(world).join(", ")}`);
  return folder;
}

test("a folder is stored as a set whose id is the run's start and seven digits of its content", async () => {
  const world = worldOf(outside);
  const report = await world.archive();
  expect(outcomesOf(report)).toEqual(["stored"]);
  const folder = onlyArchive(world);
  const manifest = manifestIn(world.place, folder);
  expect(folder).toBe(`acme/app/archive/20261122T030001Z-${manifest.content_sha256.slice(0, 7)}/`);
  expect(report.outputs["set"]).toBe(manifest.run.set);
  expect(filesIn(world.place, folder)).toEqual([
    "app-20261122-archive.RESTORE.md",
    "app-20261122-archive.SHA256SUMS",
    "app-20261122-archive.coldstore.json",
    "app-20261122-archive.files.jsonl.gz",
    "app-20261122-archive.tar.gz",
  ]);
  expect(manifest.content).toMatchObject({
    mode: "archive",
    recipe: "coldstore-tar/1",
    mtime: "keep",
    symlinks: "keep",
  });
  expect(manifest.content.source).toBeUndefined();
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

testWith(["tar"], "other programs read the names, modes and links of the archive", async () => {
  const world = worldOf(outside);
  await world.archive({ mtime: 86_400 });
  const tar = gunzipSync(bytesIn(world.place, `${onlyArchive(world)}app-20261122-archive.tar.gz`));
  const listed = execFileSync("tar", ["-tvf", "-", "--numeric-owner", "--full-time", "--utc"], {
    input: tar,
    encoding: "utf8",
  });
  const lines = listed
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " "));
  expect(lines).toEqual([
    "drwxr-xr-x 0/0 0 1970-01-02 00:00:00 app-20261122-archive/",
    "-rw-r--r-- 0/0 6 1970-01-02 00:00:00 app-20261122-archive/README.md",
    "lrwxrwxrwx 0/0 0 1970-01-02 00:00:00 app-20261122-archive/link -> src/run.sh",
    "drwxr-xr-x 0/0 0 1970-01-02 00:00:00 app-20261122-archive/src/",
    "-rwxr-xr-x 0/0 10 1970-01-02 00:00:00 app-20261122-archive/src/run.sh",
  ]);
});

test("a second run of an unchanged folder stores nothing, whenever it is", async () => {
  const world = worldOf(outside);
  await world.archive();
  const before = stateOf(world.place, "acme/app/archive/");
  const tomorrow = () => new Date(Date.UTC(2026, 10, 23, 3));
  const report = await world.archive({}, { now: tomorrow });
  expect(outcomesOf(report)).toEqual(["unchanged"]);
  expect(report.outputs["set"]).toBe(manifestIn(world.place, onlyArchive(world)).run.set);
  expect(stateOf(world.place, "acme/app/archive/")).toEqual(before);
});

test("the same folder stored anew tomorrow lies under tomorrow's name, with the file list that it had", async () => {
  const first = worldOf(outside);
  await first.archive();
  const second = worldOf(outside);
  await second.archive({}, { now: () => new Date(Date.UTC(2026, 10, 23, 3)) });
  const [a, b] = [first, second].map((world) => manifestIn(world.place, onlyArchive(world)).content);
  expect(a!.file_list).toEqual(b!.file_list);
  expect(a!.tar.sha256).not.toBe(b!.tar.sha256);
  expect(b!.prefix).toBe("app-20261123-archive/");
});

test("what changed makes a second set beside the first", async () => {
  const world = worldOf(outside);
  await world.archive();
  const changed = worldOf({ ...outside, files: { ...files, "README.md": "# new\n" } }, world.place);
  expect(outcomesOf(await changed.archive())).toEqual(["stored"]);
  expect(archivesIn(world)).toHaveLength(2);
});

test("in a clean work tree an unchanged folder is told by its commit, without reading a file", async () => {
  const world = worldOf(cleanCheckout());
  await world.archive();
  expect(manifestIn(world.place, onlyArchive(world)).run.selection).toEqual({
    engine: "git",
    untracked: 0,
    clean: true,
  });
  const { disk, ...folder } = memoryFolder(cleanCheckout());
  const never = () => {
    throw new Error("a file was looked at");
  };
  const unread = {
    ...folder,
    disk: { ...disk, look: never, names: never, read: never, stream: never, link: never, resolve: never, at: never },
  };
  const again = makeWorld({ folder: unread, place: world.place });
  expect(outcomesOf(await again.archive())).toEqual(["unchanged"]);
});

test("a work tree with an untracked file isn't clean, whatever git's status says", async () => {
  const spec = cleanCheckout({ git: { tracked: ["README.md", "link"] } });
  const world = worldOf(spec);
  await world.archive();
  expect(manifestIn(world.place, onlyArchive(world)).run.selection).toEqual({
    engine: "git",
    untracked: 1,
    clean: false,
  });
});

test("files that git takes for the same, but that aren't, are another content", async () => {
  const world = worldOf(cleanCheckout());
  await world.archive();
  const git = { ...cleanCheckout().git, faithful: false };
  expect(outcomesOf(await worldOf(cleanCheckout({ git }), world.place).archive())).toEqual(["unchanged"]);
  const other = cleanCheckout({ git, files: { ...files, "README.md": "# app\r\n" } });
  expect(outcomesOf(await worldOf(other, world.place).archive())).toEqual(["stored"]);
  const selections = archivesIn(world).map((folder) => manifestIn(world.place, folder).run.selection);
  expect(selections.map((selection) => selection?.clean)).toEqual([true, false]);
});

test("at a tag the set is the tag's, and another content under it is a conflict", async () => {
  const repository = memoryRepository({ files: { "README.md": "# app\n" }, tags: { "v1.4.0": "annotated" } });
  const spec = cleanCheckout({ repository });
  const world = worldOf(spec);
  const settings = { tag: "refs/tags/v1.4.0" };
  await world.archive(settings);
  expect(onlyArchive(world)).toBe("acme/app/archive/v1.4.0/");
  expect(filesIn(world.place, onlyArchive(world))).toContain("app-1.4.0-archive.tar.gz");
  const other = worldOf(
    { ...spec, files: { ...files, "README.md": "# other\n" }, git: { tracked: ["README.md"] } },
    world.place,
  );
  const report = await other.archive(settings);
  expect(outcomesOf(report)).toEqual(["conflict"]);
  expect(exitOf(report)).toBe(10);
  const replaced = await other.archive({ ...settings, onConflict: "replace" });
  expect(outcomesOf(replaced)).toEqual(["stored"]);
  expect(outcomesOf(await world.verify())).toEqual(["ok"]);
});

test("a format that the unchanged set lacks is a conflict that says so, and replace makes a set that has it", async () => {
  const world = worldOf(outside);
  await world.archive();
  const report = await world.archive({ formats: ["tar.gz", "zip"] });
  expect(outcomesOf(report)).toEqual(["conflict"]);
  expect(report.outcomes[0]!.detail).toMatch(
    /can't get zip added.*replace to store this one as a set of its own beside it/,
  );
  expect(outcomesOf(await world.archive({ formats: ["tar.gz", "zip"], onConflict: "replace" }))).toEqual(["stored"]);
  expect(outcomesOf(await world.verify())).toEqual(["ok", "ok"]);
});

test("a file that an unchanged set has lost is put back, also tomorrow", async () => {
  const world = worldOf(outside);
  await world.archive();
  const before = stateOf(world.place, "acme/app/archive/");
  world.place.objects.delete(`${onlyArchive(world)}app-20261122-archive.tar.gz`);
  const report = await world.archive({}, { now: () => new Date(Date.UTC(2026, 10, 23, 3)) });
  expect(outcomesOf(report)).toEqual(["repaired"]);
  expect(stateOf(world.place, "acme/app/archive/")).toEqual(before);
});

test.each(["tar.gz", "tar.zst", "tar", "zip"] as const)(
  "an archive as %s is stored, proven by reading and unchanged the next time",
  async (format) => {
    const world = worldOf(outside);
    expect(outcomesOf(await world.archive({ formats: [format], prove: "read" }))).toEqual(["stored"]);
    expect(outcomesOf(await world.archive({ formats: [format] }))).toEqual(["unchanged"]);
    expect(outcomesOf(await world.verify({ level: "read" }))).toEqual(["ok"]);
  },
);

test("a file that changes while it is read is read again; one that never rests stores nothing", async () => {
  const folder = memoryFolder(outside);
  let left = 2;
  const restless = (times: number) => ({
    ...folder,
    disk: new Proxy(folder.disk, {
      get: (disk, name: keyof typeof folder.disk) => {
        const own = disk[name]?.bind(disk) as (...args: unknown[]) => unknown;
        if (name !== "read") return own;
        return (...args: unknown[]) => (args[0] === "README.md" && left-- > 0 && times > 0 ? undefined : own(...args));
      },
    }),
  });
  const world = makeWorld({ folder: restless(2) });
  expect(outcomesOf(await world.archive())).toEqual(["stored"]);
  left = 1_000;
  const never = makeWorld({ folder: restless(1_000) });
  const error = await errorOf(never.archive());
  expect(error).toMatchObject({ failure: "source" });
  expect(error.message).toContain("README.md");
  expect(never.place.keys()).toEqual([]);
});

test("a dry run finds the set unchanged or to be stored, writes nothing, and tells what goes in", async () => {
  const world = worldOf(
    cleanCheckout({
      files: { ...files, notes: "x", ".env": "SECRET=1" },
      git: { tracked: ["README.md", "src/run.sh", "link"] },
    }),
  );
  const planned = await world.archive({ dryRun: true });
  expect(outcomesOf(planned)).toEqual(["would-store"]);
  expect(world.place.keys()).toEqual([]);
  expect(planned.details).toMatchObject({
    kind: "plan",
    plan: {
      untracked: ["notes"],
      credentials: [".env"],
      trackedButIgnored: [],
      engine: "git",
      sizes: [{ format: "tar.gz", exact: true }],
    },
  });
  await world.archive();
  const again = await world.archive({ dryRun: true });
  expect(outcomesOf(again)).toEqual(["unchanged"]);
  const { sizes } = (planned.details as unknown as { plan: { sizes: { bytes: number }[] } }).plan;
  const stored = manifestIn(world.place, onlyArchive(world)).artifacts.find(({ role }) => role === "archive");
  expect(sizes[0]!.bytes).toBe(stored!.bytes);
});

test("what stands against an archive stores nothing, and the dry run is red for it", async () => {
  const spec = { ...outside, git: { submodules: { lib: "1".repeat(40) } } };
  const error = await errorOf(worldOf(spec).archive());
  expect(error.failure).toBe("source");
  expect(error.message).toContain("lib");
  const dry = await worldOf(spec).archive({ dryRun: true });
  expect(exitOf(dry)).toBe(3);
  expect(outcomesOf(dry)).toEqual(["failed"]);
});

test.each([
  ["outside of a repository", undefined],
  ["in a clone", memoryRepository({ files: { a: "a" } })],
])(
  "Git LFS pointers without their contents stop an archive %s, all named, unless they are to stay",
  async (_, clone) => {
    const pointers = { "a.bin": lfsPointer("one"), "dir/b.bin": lfsPointer("three") };
    const spec = { files: { ...files, ...pointers }, git: {}, ...(clone && { repository: clone }) };
    for (const lfs of ["fail", "include"] as const) {
      const world = worldOf(spec);
      const error = await errorOf(world.archive({ lfs }));
      expect([lfs, error.failure]).toEqual([lfs, "source"]);
      expect(error.message).toMatch(/2 .*a\.bin \(3 B\), dir\/b\.bin \(5 B\).*set lfs to pointers.*exclude: PATTERN/);
      expect(error.message).not.toMatch(/snapshot|export-ignore/);
      const dry = await world.archive({ lfs, dryRun: true });
      expect([exitOf(dry), dry.errors.map(({ message }) => message)]).toEqual([3, [error.message]]);
      expect(dry.details).toMatchObject({ plan: { lfs: [{ path: "a.bin" }, { path: "dir/b.bin" }] } });
      expect(archivesIn(world)).toEqual([]);
    }
    expect(outcomesOf(await worldOf(spec).archive({ lfs: "pointers" }))).toEqual(["stored"]);
  },
);

test("Git LFS contents count in a dry run, and in the room that stores are asked for", async () => {
  using kept = localFolder();
  const content = Buffer.alloc(70 * 1024 * 1024);
  writeFileSync(join(kept.path, createHash("sha256").update(content).digest("hex")), content);
  const repository = memoryRepository({ files: { a: "a" }, lfsFolder: kept.path });
  const world = worldOf({ files: { "dir/a.bin": lfsPointer(content), b: "b" }, git: {}, repository });
  const { details } = await world.archive({ lfs: "include", dryRun: true });
  expect(details).toMatchObject({
    plan: {
      counts: { bytes: content.length + 1 },
      biggestEntries: [{ path: "dir/a.bin", bytes: content.length }, { path: "b" }],
      biggestFolders: [{ path: "dir", bytes: content.length }],
      sizes: [{ format: "tar.gz", exact: false }],
      lfs: [{ path: "dir/a.bin", bytes: content.length }],
    },
  });
  const needs: number[] = [];
  const preflight = world.store.preflight.bind(world.store);
  world.store.preflight = async (need, io) => {
    needs.push(need.bytes);
    return need.bytes > 1e6 ? [new ColdstoreError("store", "too little room")] : preflight(need, io);
  };
  const error = await errorOf(world.archive({ lfs: "include", formats: ["tar"] }));
  expect(error.message).toBe("too little room");
  expect(Math.max(...needs)).toBeGreaterThan(content.length);
});

test("in several stores, each gets what it lacks", async () => {
  const world = worldOf(outside);
  await world.archive();
  const other = makeWorld({ folder: memoryFolder(outside) });
  const report = await world.archive({}, { stores: [world.store, other.store] });
  expect(outcomesOf(report)).toEqual(["unchanged", "stored"]);
  expect(outcomesOf(await other.verify())).toEqual(["ok"]);
});
