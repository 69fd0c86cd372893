import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nowhereTarget } from "../../src/steps/nowhere-target.ts";
import { onlyPaths } from "../../src/steps/only-paths.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { testWith } from "../support/programs.ts";
import { linesOf, restoreBytes, restoreInto } from "../support/restore-bytes.ts";
import { buildTar } from "../support/tar-builder.ts";

const long = `${"d".repeat(90)}/${"f".repeat(120)}.txt`;
const time = 1_700_000_001;
let root: string;
let at: (name: string) => string;

/** The tree that every program packs: `t` with a file of each kind. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "coldstore-loose-"));
  at = (name) => join(root, name);
  mkdirSync(at("t/d"), { recursive: true });
  mkdirSync(at("t/empty"));
  mkdirSync(at(`t/${long.split("/")[0]!}`));
  const write = (name: string, content: string | Buffer, mode = 0o644): void => {
    writeFileSync(at(`t/${name}`), content);
    chmodSync(at(`t/${name}`), mode);
    utimesSync(at(`t/${name}`), time, time);
  };
  write("a.txt", "alpha");
  write("d/run", "#!/bin/sh\n", 0o755);
  write("d/é ü.txt", "accents");
  write("nothing", "");
  write("large", Buffer.alloc(3_000_000, "0123456789abcdef"));
  write(long, "deep");
  symlinkSync("d/run", at("t/link"));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const folder = long.split("/")[0]!;
const lines = [
  't/a.txt 644 "alpha"',
  "t/d/ 755",
  't/d/run 755 "#!/bin/sh\\n"',
  't/d/é ü.txt 644 "accents"',
  `t/${folder}/ 755`,
  `t/${long} 644 "deep"`,
  "t/empty/ 755",
  "t/large 644 3000000 characters",
  "t/link -> d/run",
  't/nothing 644 ""',
];
const run = (program: string, args: readonly string[], cwd = root): void =>
  void execFileSync(program, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });

interface Maker {
  readonly by: string;
  readonly programs: readonly string[];
  readonly file: string;
  make(): void;
  /** What of the tree it can't hold. */
  readonly lacks?: RegExp;
}

const python = (script: string): void => run("python3", ["-c", script]);
const makers: readonly Maker[] = [
  ...(["gnu", "pax", "ustar", "oldgnu", "v7"] as const).map((format): Maker => ({
    by: `GNU tar, ${format}`,
    programs: ["tar"],
    file: `${format}.tar`,
    ...(/ustar|v7/.test(format) && { lacks: new RegExp(folder) }),
    make: () =>
      run("tar", [
        "--format",
        format,
        ...(/ustar|v7/.test(format) ? [`--exclude=${folder}`] : []),
        "-cf",
        `${format}.tar`,
        "t",
      ]),
  })),
  { by: "GNU tar, gzip", programs: ["tar", "gzip"], file: "a.tgz", make: () => run("tar", ["-czf", "a.tgz", "t"]) },
  {
    by: "GNU tar, zstd",
    programs: ["tar", "zstd"],
    file: "a.tar.zst",
    make: () => run("tar", ["--zstd", "-cf", "a.tar.zst", "t"]),
  },
  ...(["pax", "gnutar", "ustar"] as const).map((format): Maker => ({
    by: `bsdtar, ${format}`,
    programs: ["bsdtar"],
    file: `bsd.${format}`,
    ...(format === "ustar" && { lacks: new RegExp(folder) }),
    make: () =>
      run("bsdtar", [
        "--format",
        format,
        ...(format === "ustar" ? ["--exclude", folder] : []),
        "-cf",
        `bsd.${format}`,
        "t",
      ]),
  })),
  {
    by: "bsdtar, zip",
    programs: ["bsdtar"],
    file: "bsd.zip",
    make: () => run("bsdtar", ["-a", "-cf", "bsd.zip", "t"]),
  },
  {
    by: "Python, tar",
    programs: ["python3"],
    file: "py.tar.gz",
    make: () => python("import tarfile\nwith tarfile.open('py.tar.gz', 'w:gz') as tar: tar.add('t')"),
  },
  { by: "Info-ZIP", programs: ["zip"], file: "i.zip", make: () => run("zip", ["-qry", "i.zip", "t"]) },
  {
    by: "Info-ZIP into a pipe",
    programs: ["zip"],
    file: "s.zip",
    make: () => run("sh", ["-c", "zip -qr - t -x t/link | cat >s.zip"]),
    lacks: /link/,
  },
  {
    by: "7-Zip",
    programs: ["7z"],
    file: "7.zip",
    make: () => run("7z", ["a", "-bso0", "-bsp0", "-snl", "7.zip", "t"]),
  },
];

describe("archives that others made come back, by", () => {
  for (const { by, programs, file, make, lacks } of makers)
    testWith(programs, by, async () => {
      make();
      const { end, tree } = await restoreBytes(readFileSync(at(file)));
      const wanted = lines.filter((line) => lacks?.test(line) !== true);
      expect(linesOf(tree).filter((line) => !line.startsWith("t/ "))).toEqual(wanted);
      expect(tree.get("t/a.txt")).toMatchObject({ mtime: time });
      const files = wanted.filter((line) => !/ ->|\/ \d+$/.test(line)).length;
      expect(end.counts).toMatchObject({ files, symlinks: lacks?.test("t/link") === true ? 0 : 1 });
      expect(end.notes).toEqual([
        expect.stringMatching(/^nothing beside it says what it should be; .*, which is no proof$/),
      ]);
    });

  testWith(
    ["git"],
    "git, as GitHub gives it: a tarball and a zipball in one folder, of a commit that they name",
    async () => {
      using repository = makeRepository({
        files: {
          a: "one",
          "d/run": { executable: "#!/bin/sh\n" },
          "d/l": { link: "../a" },
          "ü/b": "two",
        },
      });
      const commit = repository.git("rev-parse", "HEAD");
      const committed = Number(repository.git("log", "-1", "--format=%ct"));
      for (const format of ["tar", "tar.gz", "zip"]) {
        const made = repository.gitBytes("archive", `--format=${format}`, "--prefix=acme-app-1a2b3c4/", "HEAD");
        const { end, tree } = await restoreBytes(made);
        expect(end).toMatchObject({ format, commit, counts: { files: 3, symlinks: 1 } });
        expect([...tree.keys()]).toContain("acme-app-1a2b3c4/ü/b");
        expect(tree.get("acme-app-1a2b3c4/d/run")).toMatchObject({ mtime: committed });
        expect((tree.get("acme-app-1a2b3c4/d/run") as { mode: number }).mode & 0o700).toBe(0o700);
        expect(tree.get("acme-app-1a2b3c4/d/l")).toEqual({ type: "symlink", link: "../a" });
      }
    },
  );

  testWith(["npm"], "npm pack, which has no folders", async () => {
    mkdirSync(at("npm"), { recursive: true });
    writeFileSync(at("npm/package.json"), JSON.stringify({ name: "x", version: "1.0.0", bin: "run.js" }));
    writeFileSync(at("npm/run.js"), "#!/usr/bin/env node\n");
    run("npm", ["pack", "--silent", "--ignore-scripts", "--offline"], at("npm"));
    const { tree } = await restoreBytes(readFileSync(at("npm/x-1.0.0.tgz")));
    expect([...tree.keys()]).toEqual(["package", "package/package.json", "package/run.js"]);
    expect(tree.get("package/run.js")).toMatchObject({ mode: 0o755 });
  });
});

testWith(["tar"], "a tar of the folder itself, by names that begin with a dot, fills the root", async () => {
  run("tar", ["-C", "t", "--exclude=./large", "-cf", "dot.tar", "."]);
  const { tree } = await restoreBytes(readFileSync(at("dot.tar")));
  expect([...tree.keys()].slice(0, 4)).toEqual(["a.txt", "d", "d/run", "d/é ü.txt"]);
});

testWith(["tar", "bsdtar"], "a hard link comes back as a file of its own, of the same content", async () => {
  mkdirSync(at("h"), { recursive: true });
  writeFileSync(at("h/one"), Buffer.alloc(2_500_000, "x"));
  linkSync(at("h/one"), at("h/two"));
  for (const [program, format] of [
    ["tar", "gnu"],
    ["tar", "pax"],
    ["bsdtar", "pax"],
  ] as const) {
    run(program, ["--format", format, "-cf", "h.tar", "h"]);
    const { tree, end } = await restoreBytes(readFileSync(at("h.tar")));
    expect(end.counts).toMatchObject({ files: 2, bytes: 5_000_000 });
    const [one, two] = ["h/one", "h/two"].map((path) => tree.get(path) as { data: Uint8Array });
    expect(Buffer.compare(one!.data, two!.data)).toBe(0);
  }
});

test("a hard link is left out or made with its file when paths are given, and in a dry run", async () => {
  const tar = buildTar([
    { name: "one", data: "same" },
    { name: "two", flag: "1", link: "one" },
    { name: "other", data: "x" },
  ]);
  const restore = async (paths: readonly string[]): Promise<readonly string[]> => {
    const target = new MemoryTarget();
    await restoreInto(onlyPaths(target, paths).target, tar);
    return [...target.held.keys()].filter((path) => path !== "");
  };
  expect(await restore(["other"])).toEqual(["other"]);
  expect(await restore(["one", "two"])).toEqual(["one", "two"]);
  await expect(restore(["two"])).rejects.toMatchObject({
    failure: "settings",
    message: expect.stringMatching(/^"two" is a hard link in the archive to "one", which was left out/),
  });
  expect(await restoreInto(nowhereTarget(), tar)).toMatchObject({ counts: { files: 3, bytes: 9 } });
});

test("where links lead counts only for those among the paths that are given", async () => {
  const tar = buildTar([
    { name: "d/in", flag: "2", link: "a" },
    { name: "d/a", data: "a" },
    { name: "out", flag: "2", link: "/etc" },
  ]);
  const restore = async (path: string, symlinks: "keep" | "skip" | "fail" = "keep") => {
    const target = new MemoryTarget();
    const { target: chosen, takes } = onlyPaths(target, [path]);
    const { skippedLinks } = await restoreInto(chosen, tar, { wants: (each) => takes(each), symlinks });
    await target.publish();
    return [[...(target.published?.keys() ?? [])].filter((each) => each !== "").sort(), skippedLinks];
  };
  expect(await restore("d")).toEqual([["d", "d/a", "d/in"], []]);
  expect(await restore("d/a", "fail")).toEqual([["d", "d/a"], []]);
  expect(await restore("d", "skip")).toEqual([["d", "d/a"], ["d/in"]]);
  for (const path of ["out", "."]) await expect(restore(path)).rejects.toMatchObject({ failure: "unsafe" });
});

testWith(["tar"], "a sparse file are refused in words that say what they are", async () => {
  writeFileSync(at("holes"), "");
  truncateSync(at("holes"), 5_000_000);
  for (const format of ["gnu", "pax"]) {
    run("tar", ["--sparse", "--format", format, "-cf", "holes.tar", "holes"]);
    await expect(restoreBytes(readFileSync(at("holes.tar")))).rejects.toMatchObject({
      failure: "integrity",
      message: expect.stringMatching(/has a sparse file at byte .* without --sparse/),
    });
  }
});

test("a folder that is listed twice is one folder", async () => {
  const tar = buildTar([
    { name: "p/" },
    { name: "p/a", data: "1" },
    { name: "p/", mode: 0o700 },
    { name: "./p//b", data: "2" },
  ]);
  const { tree, end } = await restoreBytes(tar);
  expect(linesOf(tree)).toEqual(["p/ 700", 'p/a 664 "1"', 'p/b 664 "2"']);
  expect(end.counts).toEqual({ files: 2, dirs: 1, symlinks: 0, bytes: 2 });
});
