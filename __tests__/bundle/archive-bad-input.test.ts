import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeRepository, type FixtureSpec, type GitFixture } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { membersByPython } from "../support/python-tar.ts";
import { noise } from "../support/rich-tree.ts";
import {
  makePlace,
  onLinux,
  onWindows,
  plainUser,
  type CliCall,
  type CliEnd,
  type CliPlace,
} from "../support/run-cli.ts";
import { smallDisk } from "../support/small-disk.ts";
import { filesBelow, onlySet, shell } from "../support/stored-set.ts";

interface World {
  readonly repository: GitFixture;
  readonly place: CliPlace;
}

function made(spec: FixtureSpec = { files: { "a.txt": "one\n" } }): World {
  const repository = makeRepository(spec);
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  return { repository, place };
}

interface Expected {
  readonly code: number;
  readonly says: RegExp;
}

/** Red for this reason, and nothing stored. */
async function expectRefusal({ place }: World, args: readonly string[], { code, says }: Expected, call: CliCall = {}) {
  const end: CliEnd = await place.run(args, call);
  expect(end).toMatchObject({ code, stdout: expect.stringMatching(says) });
  expect(end.stdout).toMatch(/^failed: /);
  expect(end.stdout + end.stderr).not.toMatch(/^ {4}at |node:internal|\[object|undefined/m);
  // A run that got as far as the folder is history, though nothing came of it.
  expect(filesBelow(place.path).filter((path) => !path.includes("/history/"))).toEqual([]);
  expect(place.litter()).toEqual([]);
}

const latin1 = Buffer.from("caf\xe9.txt", "latin1");

describe.skipIf(onWindows)("a folder that can't be archived as it is", () => {
  testWith(
    ["python3", "zstd"],
    "a name in Latin-1 is kept in every tar, and refused by name in a zip",
    async ({ skip }) => {
      skip(!onLinux, "file names aren't any bytes here");
      const world = made({
        files: [
          ["a", "a"],
          [latin1, "latin"],
        ],
      });
      const { repository, place } = world;
      const says = /caf\ufffd\.txt" has a name that isn't UTF-8; use format: tar\.gz or tar\.zst/;
      const formats = ["tar", "tar.gz", "tar.zst"].flatMap((format) => ["--format", format]);
      const call = ["archive", repository.path, place.store, ...formats];
      await expectRefusal(world, [...call, "--format", "zip"], { code: 3, says });
      await expectRefusal(world, ["snapshot", repository.path, place.store, "--format", "zip"], { code: 3, says });
      rmSync(place.store, { recursive: true });
      expect(await place.run([...call, "--prefix", "", "--prove", "read"])).toMatchObject({ code: 0 });
      const set = onlySet(place.store);
      for (const [program, format] of [
        ["cat", "tar"],
        ["gzip -dc", "tar.gz"],
        ["zstd -dqc", "tar.zst"],
      ] as const)
        expect(shell(`${program} ${set.name}.${format} | sha256sum`, set.folder)).toContain(
          set.manifest.content.tar.sha256,
        );
      expect(membersByPython(set.tar()).map(({ name }) => name)).toEqual(["61", latin1.toString("hex")]);
    },
  );

  test("a FIFO is left out and named, and nobody waits for its writer", async () => {
    const { repository, place } = made();
    shell("mkfifo pipe; ln -s pipe to-pipe", repository.path);
    const end = await place.run(["archive", repository.path, place.store, "--timeout", "20s"]);
    expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/no file was left out .*: pipe$/m) });
    const followed = await place.run([
      "archive",
      repository.path,
      place.store,
      "--symlinks",
      "follow",
      "--timeout",
      "20s",
    ]);
    expect(followed).toMatchObject({ code: 0, stdout: expect.stringMatching(/left out .*: pipe, to-pipe$/m) });
  });

  test("what this user may not read, a file or a folder, stores nothing", async () => {
    const world = made({ files: { "a.txt": "one\n", "locked/b.txt": "two\n", "b.txt": "three\n" } });
    const { repository, place } = world;
    writeFileSync(join(repository.path, "new.txt"), "untracked\n");
    for (const folder of [repository.around, place.path, place.tmp, place.cwd]) chmodSync(folder, 0o777);
    const call = { ...plainUser, env: { HOME: "/nonexistent" } };
    for (const [hidden, says] of [
      [
        ["a.txt", "new.txt"],
        /2 files can't be read \(EACCES: permission denied\): a\.txt, new\.txt; make them readable, or .*exclude: PATTERN/,
      ],
      [["locked"], /1 folder can't be read \(EACCES: permission denied\): locked; make it readable, or .* \.gitignore/],
    ] as const) {
      for (const name of hidden) chmodSync(join(repository.path, name), 0);
      await expectRefusal(world, ["archive", repository.path, place.store], { code: 3, says }, call);
      for (const name of hidden) chmodSync(join(repository.path, name), 0o755);
    }
  });

  test.each<[string, (path: string) => string, RegExp]>([
    ["that isn't there", (path) => `${path}/no`, /there is no such folder/],
    ["that is a file", (path) => `${path}/a.txt`, /a\.txt is a file; give the folder/],
    ["inside of .git", (path) => `${path}/.git`, /\.git/],
    ["deep inside of .git", (path) => `${path}/.git/objects`, /\.git/],
  ])("a source %s", async (_, source, says) => {
    const world = made();
    await expectRefusal(world, ["archive", source(world.repository.path), world.place.store], { code: 3, says });
  });

  test("a bare repository, and a folder with nothing in it", async () => {
    const bare = made({ files: { a: "1" }, bare: true });
    await expectRefusal(bare, ["archive", bare.repository.path, bare.place.store], { code: 3, says: /bare/ });
    const world = made();
    mkdirSync(join(world.repository.around, "empty"));
    const args = ["archive", join(world.repository.around, "empty"), world.place.store];
    await expectRefusal(world, args, { code: 3, says: /nothing to archive/ });
  });

  test("a full disk is exit 5, and the next run completes", async (context) => {
    const world = made();
    writeFileSync(join(world.repository.path, "noise"), noise(6_000_000));
    const disk = await smallDisk(context, 8);
    // What fills the disk only when the archive is under way can't be foreseen by looking at what is free.
    writeFileSync(join(disk, "full"), noise(3_000_000));
    const call = ["archive", world.repository.path, join(disk, "cold")];
    expect(await world.place.run(call)).toMatchObject({ code: 5, stdout: expect.stringMatching(/^failed: /) });
    expect(filesBelow(disk).map((path) => path.slice(disk.length))).toEqual(["/full"]);
    rmSync(join(disk, "full"));
    expect(await world.place.run(call)).toMatchObject({ code: 0 });
    expect(await world.place.run(["verify", join(disk, "cold")])).toMatchObject({ code: 0 });
    expect(world.place.litter()).toEqual([]);
  });
});

describe.skipIf(onWindows)("formats and levels that contradict each other", () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      "a level that one of the formats hasn't",
      ["--format", "tar.zst", "--format", "zip", "--compression-level", "12"],
      /zip takes 0 to 9/,
    ],
    ["no compression at all in tar.zst", ["--format", "tar.zst", "--compression-level", "0"], /tar\.zst takes 1 to 19/],
    ["a split of nothing", ["--split-size", "0"], /split-size/],
  ])("%s", async (_, args, says) => {
    await expectRefusal(made({}), ["archive", ".", "./cold", ...args], { code: 2, says });
  });
});
