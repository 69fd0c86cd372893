import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { bash, byName, type Seen, seenBelow, seenByPython, seenByZipinfo, unpacked } from "../support/read-archives.ts";
import { plantRichTree } from "../support/rich-tree.ts";
import { makePlace, onLinux, type CliPlace } from "../support/run-cli.ts";
import { setsIn, sha256, type StoredSet } from "../support/stored-set.ts";

const everyFormat = ["tar.gz", "tar.zst", "tar", "zip"].flatMap((format) => ["--format", format]);

let place: CliPlace;
let project: string;

beforeAll(async () => {
  if (!onLinux) return;
  place = makePlace();
  project = join(place.path, "project");
  mkdirSync(project);
  plantRichTree(project);
  gitIn(project, "init", "-q");
  gitIn(project, "add", "--all");
  gitIn(project, "commit", "-q", "-m", "all");
  for (const { mode, args } of modes) await make(mode, ...args);
});

afterAll(() => {
  if (onLinux) place[Symbol.dispose]();
});

async function make(mode: string, ...args: readonly string[]): Promise<void> {
  const call = [mode, project, place.store, "--prefix", "", "--prove", "read", ...everyFormat, ...args];
  expect(await place.run(call)).toMatchObject({ code: 0 });
}

const setsOf = (mode: string) => setsIn(join(place.store, "local/project", mode));

/** What an archive of the work tree must hold: permissions by the executable bit alone, a folder as new as what is in it. */
function expectedOfFolder(): Seen[] {
  const found = seenBelow(project).filter(({ name }) => !name.startsWith(".git/"));
  return found.map((seen) => {
    if (!seen.name.endsWith("/")) return { ...seen, mode: modeOf(seen) };
    const within = found.filter(({ name }) => name.startsWith(seen.name) && !name.endsWith("/"));
    return { ...seen, mode: "755", mtime: Math.max(...within.map(({ mtime }) => mtime)) };
  });
}

function modeOf({ name, mode }: Seen): string {
  if (["link", "to a folder", "dangling", "far"].includes(name)) return "777";
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? "644" : "755";
}

/** What `git archive` puts in, in the modes that it writes. */
function expectedOfCommit(): Seen[] {
  const tar = join(place.path, "git.tar");
  gitIn(project, "-c", "tar.umask=0002", "archive", "--format=tar", "-o", tar, "HEAD");
  return seenByPython("tar", tar);
}

/** As it comes out of a zip: times are even seconds. */
const evenTimes = (seen: readonly Seen[]) =>
  seen.map((entry) => ({ ...entry, mtime: entry.mtime - (entry.mtime % 2) }));

const programs = ["tar", "bsdtar", "python3", "unzip", "zipinfo", "7z", "zstd", "gzip", "git"];

const modes: readonly { readonly mode: string; readonly args: readonly string[]; readonly expected: () => Seen[] }[] = [
  { mode: "archive", args: ["--mtime", "keep"], expected: expectedOfFolder },
  { mode: "snapshot", args: [], expected: expectedOfCommit },
];

describe.runIf(onLinux)("all formats", () => {
  for (const { mode, expected } of modes)
    testWith(
      programs,
      `of ${mode}: every program finds the names, modes, sizes, links, times and contents`,
      async () => {
        const [set] = setsOf(mode) as [StoredSet];
        const wanted = expected();
        expect(wanted.length).toBeGreaterThan(20);
        expectTars(set, wanted);
        expectZip(set, evenTimes(wanted));
      },
    );

  testWith(
    ["git"],
    "verify reads every entry, and list tells a store's archive, what is in it, and how it differs from a snapshot",
    async () => {
      const both = place.store;
      expect(await place.run(["verify", both, "--level", "read"])).toMatchObject({ code: 0 });
      const [snapshot = "", archive = ""] = ["snapshot", "archive"].map((mode) =>
        relative(both, setsOf(mode)[0]!.folder),
      );
      expect(await place.run(["list", both])).toMatchObject({ code: 0, stdout: expect.stringContaining(archive) });
      const one = await place.run(["list", both, "--set", archive]);
      expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^formats +tar\.gz, tar\.zst, tar, zip$/m) });
      for (const { name } of expectedOfFolder()) if (!name.endsWith("/")) expect(one.stdout).toContain(` ${name}`);
      const compare = async () => place.run(["list", both, "--set", snapshot, "--set", archive]);
      expect(await compare()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: nothing differs/) });
      writeFileSync(join(project, "new"), "new\n");
      chmodSync(join(project, "open"), 0o777);
      await make("archive");
      const later = relative(
        both,
        setsOf("archive").find(({ manifest }) => manifest.content.tree.files === 15)!.folder,
      );
      const changed = await place.run(["list", both, "--set", snapshot, "--set", later]);
      expect(changed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: 2 entries differ/) });
      expect(changed.stdout).toMatch(/^\+ new {2}4 B$/m);
      expect(changed.stdout).toMatch(/^~ open {2}mode 664 -> 755$/m);
    },
  );
});

function expectTars(set: StoredSet, wanted: readonly Seen[]): void {
  const plain = readFileSync(set.path("tar"));
  expect(sha256(plain)).toBe(set.manifest.content.tar.sha256);
  for (const [format, test, unpack] of [
    ["tar", "true", "cat"],
    ["tar.gz", "gzip -t", "gzip -dc"],
    ["tar.zst", "zstd -qt", "zstd -dqc"],
  ] as const) {
    const archive = set.path(format);
    bash(`${test} "$1"`, archive);
    expect(bash(`${unpack} "$1" | sha256sum`, archive)).toContain(set.manifest.content.tar.sha256);
  }
  expect(seenByPython("tar", set.path("tar"))).toEqual(wanted);
  expect(unpacked('zstd -dqc "$1" | tar -xpf -', set.path("tar.zst"), folderFor("gnu"))).toEqual(wanted);
  expect(unpacked('bsdtar -xpf "$1"', set.path("tar.gz"), folderFor("bsd"))).toEqual(wanted);
  bash('7z t "$1"', set.path("tar"));
}

function expectZip(set: StoredSet, wanted: readonly Seen[]): void {
  const zip = set.path("zip");
  bash('unzip -tqq "$1"; 7z t "$1"', zip);
  expect(seenByPython("zip", zip)).toEqual(wanted);
  expect(seenByZipinfo(zip)).toEqual(
    wanted.map(({ name, mode, size, mtime }) => ({ name, mode, size, mtime })).toSorted(byName),
  );
  for (const line of ['unzip -q "$1"', '7z x "$1"'])
    expect(linksUntimed(unpacked(line, zip, folderFor("zip")))).toEqual(linksUntimed(wanted));
  expect(unpacked('bsdtar -xpf "$1"', zip, folderFor("bsdzip"))).toEqual(wanted);
}

/** Some programs give the links that they unpack no times. */
const linksUntimed = (seen: readonly Seen[]) =>
  seen.map((entry) => (entry.mode === "777" ? { ...entry, mtime: 0 } : entry));

function folderFor(program: string): string {
  for (let n = 0; ; n += 1) {
    const folder = join(place.path, `${program}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}
