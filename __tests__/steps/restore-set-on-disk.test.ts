import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import { openRestoreTarget } from "../../src/adapters/local/restore-target.ts";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import { restoreSet } from "../../src/steps/restore-set.ts";
import { type FixtureFiles, makeRepository } from "../support/git-fixture.ts";
import { localFolder } from "../support/local-folder.ts";
import { openFolder, plainScratch } from "../support/open-fixture.ts";
import { testWith } from "../support/programs.ts";
import { bash, seenBelow } from "../support/read-archives.ts";
import { keysOf, packedSet, type RestorableSet, setInWorld } from "../support/restorable-set.ts";
import { noise } from "../support/rich-tree.ts";
import { testIo } from "../support/store-fixtures.ts";
import { buildTar } from "../support/tar-builder.ts";
import { errorOf, makeWorld } from "../support/world.ts";

const formats: readonly ArchiveFormat[] = ["tar.gz", "tar.zst", "tar", "zip"];

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-restored-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Restores into a folder of the disk, and shows it. */
async function restoreInto(into: string, { source }: RestorableSet): Promise<void> {
  const { signal } = testIo();
  const openTarget = async () => openRestoreTarget({ into, signal });
  const { target } = await restoreSet(source, { openTarget, symlinks: "keep", outwardLinks: "keep" }, testIo());
  await target.publish();
}

const files: FixtureFiles = [
  ["README.md", "# app\n"],
  [".github/workflows/ci.yml", "on: push\n"],
  ["bin/run", { executable: "#!/bin/sh\n" }],
  ["empty", ""],
  ["large.bin", noise(1_300_000)],
  [`deep/${"n".repeat(255)}/${"m".repeat(255)}`, "deep\n"],
  ["link", { link: "bin/run" }],
  ["out", { link: "../elsewhere" }],
  ["a file with spaces", "spaces\n"],
  ["deep.txt", "sorts before deep/\n"],
];

const withBytes: FixtureFiles = [
  ...(files as readonly [string, string][]),
  [Buffer.from("na\xefve", "latin1"), "not UTF-8\n"],
  ["to bytes", { link: Buffer.from("na\xefve", "latin1") }],
];

for (const format of formats)
  testWith(["git", "tar"], `a snapshot's ${format} gives what git archive and tar give`, async (context) => {
    context.skip(process.platform !== "linux", "names are text here, and find is another one");
    using fixture = makeRepository({ files: format === "zip" ? files : withBytes, tags: { "v1.4.0": "light" } });
    await using opened = await openFolder(fixture.path);
    const world = makeWorld({ repository: opened.repository });
    await world.stored({ formats: [format], splitSize: 1 << 20 });
    const around = newFolder();
    const [ours, theirs] = [join(around, "ours"), join(around, "theirs")];
    await restoreInto(ours, setInWorld(world));
    mkdirSync(theirs);
    bash('umask 022; git -C "$1" archive v1.4.0 | tar -x --no-same-permissions -C "$2"', fixture.path, theirs);
    bash('diff -r --no-dereference "$1" "$2"', ours, theirs);
    expect(bitsAndTimes(ours)).toBe(bitsAndTimes(theirs));
  });

/** Permissions and times of all but the folder itself, and links, whose own are no concern of a system's. */
function bitsAndTimes(folder: string): string {
  return bash('cd "$1"; find . -mindepth 1 ! -type l -printf "%m %T@ %p\\n" | sort', folder);
}

testWith(["git"], "a folder that was archived comes back as it was", async () => {
  using folder = localFolder();
  folder.write("a.txt", "a\n", { mtime: 1_500_000_000 });
  folder.write("bin/run", "#!/bin/sh\n", { executable: true, mtime: 1_600_000_000 });
  folder.link("link", "bin/run");
  await using scratch = plainScratch();
  const { signal } = testIo();
  const world = makeWorld({ folder: await openSourceFolder({ path: folder.path, scratch, signal }) });
  const report = await world.archive({ source: folder.path, mtime: "keep", formats: ["tar.zst", "zip"] });
  expect(report.errors).toEqual([]);
  const into = join(newFolder(), "into");
  await restoreInto(into, setInWorld(world, `acme/app/archive/${String(report.outputs["set"])}/`));
  // A restored link keeps the time at which it was made.
  const timeless = (name: string) => name.endsWith("/") || name === "link";
  const seen = (path: string) =>
    seenBelow(path).map(({ mtime, ...entry }) => (timeless(entry.name) ? entry : { mtime, ...entry }));
  expect(seen(into)).toEqual(seen(folder.path));
});

test("an archive that breaks in the midst leaves nothing where it was to be, or beside it", async () => {
  const set = await packedSet(
    buildTar([{ name: "p/" }, { name: "p/a", data: "a" }, { name: "p/large", data: noise(2_500_000) }]),
  );
  set.place.flipByte(keysOf(set, "tar.gz")[0] ?? "", 2_000_000);
  const around = newFolder();
  expect((await errorOf(restoreInto(join(around, "into"), set))).failure).toBe("integrity");
  expect(readdirSync(around)).toEqual([]);
});
