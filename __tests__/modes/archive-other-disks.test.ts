import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import type { ArchiveSettings } from "../../src/settings/settings.ts";
import { cloneOnto } from "../support/clone-onto.ts";
import { exfatDisk, exfatPrograms } from "../support/exfat-disk.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { testWith } from "../support/programs.ts";
import { bytesIn, makeWorld, outcomesOf } from "../support/world.ts";

const { signal } = new AbortController();
const project = {
  "README.md": "# app\n",
  "bin/run": { executable: "#!/bin/sh\n" },
  "to/readme": { link: "../README.md" },
  "to/nothing": { link: "C:\\nowhere" },
} as const;

/** One run of a work tree: what it comes to, and the archive's tar. */
async function archiveOf(path: string, settings: Partial<ArchiveSettings> = {}) {
  await using scratch = plainScratch();
  const folder = await openSourceFolder({ path, scratch, signal });
  const world = makeWorld({ folder });
  const report = await world.archive({ name: "app", ...settings });
  const tar = world.place.keys().find((key) => key.endsWith(".tar.gz"));
  return {
    report,
    outcomes: outcomesOf(report),
    tar: tar === undefined ? undefined : gunzipSync(bytesIn(world.place, tar)),
  };
}

const digest = (data: Uint8Array | undefined) =>
  data === undefined ? undefined : createHash("sha256").update(data).digest("hex");

/** Checks the files out anew under these settings. */
function checkedOutWith(repository: GitFixture, ...settings: readonly string[]): void {
  for (const key of settings) repository.git("config", key, "false");
  for (const path of Object.keys(project)) rmSync(join(repository.path, path));
  repository.git("reset", "-q", "--hard");
}

test("a clone without links and executable bits gives the archive that one with them gives", async () => {
  using usual = makeRepository({ files: project });
  const before = await archiveOf(usual.path);
  checkedOutWith(usual, "core.fileMode", "core.symlinks");
  expect(usual.git("status", "--porcelain")).toBe("");
  const after = await archiveOf(usual.path);
  expect(after.outcomes).toEqual(["stored"]);
  expect(digest(after.tar)).toBe(digest(before.tar));
});

test("a link that the clone has as a file is followed, left out or refused as any other", async () => {
  using repository = makeRepository({ files: { "README.md": "# app\n", "to/readme": { link: "../README.md" } } });
  repository.git("config", "core.symlinks", "false");
  repository.write({ "to/readme": "" });
  repository.git("checkout", "-q", "--", ".");
  const followed = await archiveOf(repository.path, { symlinks: "follow" });
  expect(followed.tar?.toString("latin1").split("# app\n")).toHaveLength(3);
  const skipped = await archiveOf(repository.path, { symlinks: "skip" });
  expect(skipped.report.warnings).toContainEqual(expect.stringContaining("1 link was left out: to/readme"));
  await expect(archiveOf(repository.path, { symlinks: "fail" })).rejects.toThrow(/1 link/);
});

testWith(
  ["git", ...exfatPrograms],
  "a clone on a disk of exFAT gives the archive of one on any other",
  async (context) => {
    const disk = exfatDisk(context);
    using repository = makeRepository({ files: project });
    const clone = cloneOnto(repository, disk);
    renameSync(join(clone, "README.md"), join(clone, "x"));
    renameSync(join(clone, "x"), join(clone, "Readme.MD"));
    writeFileSync(join(clone, "new"), "untracked\n");
    repository.write({ new: "untracked\n" });
    const [here, there] = [await archiveOf(repository.path), await archiveOf(clone)];
    expect(there.outcomes).toEqual(["stored"]);
    expect(digest(there.tar)).toBe(digest(here.tar));
  },
);

testWith(
  ["git", ...exfatPrograms],
  "tracked files that are one on a disk without case are told of",
  async (context) => {
    const disk = exfatDisk(context);
    using repository = makeRepository({ files: { "a/File": "1\n", "A/file": "2\n", b: "" } });
    const { report } = await archiveOf(cloneOnto(repository, disk));
    expect(report.warnings).toContainEqual(
      expect.stringMatching(/1 pair of tracked paths is one file .*: A\/file and a\/File$/),
    );
  },
);

testWith(
  exfatPrograms,
  "a store on a disk of exFAT takes a set once, and one of another case is refused",
  async (context) => {
    const disk = exfatDisk(context);
    mkdirSync(join(disk, "cold"));
    const store = openFolderStore({ path: join(disk, "cold"), name: "cold" });
    const io = { signal, progress: () => {} };
    const artifact = (text: string) => ({
      name: "f",
      bytes: text.length,
      sha256: createHash("sha256").update(text).digest("hex"),
      body: { data: Buffer.from(text) },
    });
    const put = async (key: string, text: string) =>
      (await Array.fromAsync(store.put([{ key, artifact: artifact(text) }], io))).map(({ outcome }) => outcome);
    expect(await put("acme/app/f", "one")).toEqual(["created"]);
    expect(await put("acme/app/f", "one")).toEqual(["same"]);
    expect(await put("ACME/app/F", "two")).toEqual(["different"]);
    await store.settle(io);
    expect((await Array.fromAsync(store.list("", io))).map(({ key }) => key)).toEqual(["acme/app/f"]);
    expect((await Array.fromAsync(store.delete(["acme/app/f"], io))).map(({ outcome }) => outcome)).toEqual([
      "removed",
    ]);
  },
);
