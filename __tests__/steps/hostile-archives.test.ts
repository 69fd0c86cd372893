import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRestoreTarget } from "../../src/adapters/local/restore-target.ts";
import { visibleText } from "../../src/model/visible-text.ts";
import { asColdstoreError, type ColdstoreError } from "../../src/model/errors.ts";
import { checkLooseArchive } from "../../src/steps/check-loose-archive.ts";
import { ExpansionLimit } from "../../src/steps/expansion-limit.ts";
import { restoreLoose } from "../../src/steps/restore-loose.ts";
import { type HostileArchive, hostileArchives } from "../support/hostile-archives.ts";
import { chunksOf, quiet } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { linesOf, restoreBytes } from "../support/restore-bytes.ts";

let around: string;

beforeAll(() => {
  around = mkdtempSync(join(tmpdir(), "coldstore-hostile-"));
});

afterAll(() => rmSync(around, { recursive: true, force: true }));

const fileOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  open: async (range?: { readonly start: number; readonly end: number }) =>
    Readable.from(chunksOf(bytes.subarray(range?.start, range?.end), 50_000), { objectMode: false }),
});

async function outcome(work: () => Promise<unknown>): Promise<ColdstoreError | "harmless"> {
  try {
    await work();
    return "harmless";
  } catch (error) {
    return asColdstoreError(error);
  }
}

const kind = (found: ColdstoreError | "harmless"): string => (found === "harmless" ? found : found.failure);

const windows = { windowsNames: true, foldsCase: true, normalizes: true, anyBytes: false, modes: false };

describe.each(hostileArchives())("a $format that $name", (archive: HostileArchive) => {
  const bytes = archive.bytes();

  test("is refused, or comes out, as it has to be", async () => {
    const found = await outcome(async () => restoreBytes(bytes));
    expect([kind(found), found]).toEqual([archive.what, found]);
    if (found === "harmless") return;
    expect(found.message).toBe(visibleText(found.message));
    expect(found.message.length).toBeLessThan(1200);
  });

  test("is refused where Windows's names hold, if it has to be", async () => {
    expect(kind(await outcome(async () => restoreBytes(bytes, { traits: windows })))).toBe(
      archive.onWindows ?? archive.what,
    );
  });

  test("is sound or damaged to who only reads it, whatever it would do", async () => {
    const found = await outcome(async () => checkLooseArchive({ ...fileOf(bytes), io: quiet }));
    expect(["harmless", "integrity", "unsafe"]).toContain(kind(found));
    if (archive.what === "integrity" && archive.format !== "zip") expect(kind(found)).toBe("integrity");
  });
});

// Each opens a target of its own on the disk, so it is a sample unless a sweep is asked for.
const onDisk = hostileArchives().filter(
  ({ what }, i) => process.env["COLDSTORE_TEST_COUNT"] !== undefined || what === "harmless" || i % 4 === 0,
);

test.each(onDisk)("a $format that $name leaves nothing on the disk, or all of it", async (archive) => {
  const bytes = archive.bytes();
  const box = mkdtempSync(join(around, "box-"));
  const into = join(box, "a", "b", "into");
  mkdirSync(join(box, "a", "b"), { recursive: true });
  const restored = async (): Promise<void> => {
    const signal = new AbortController().signal;
    await using target = await openRestoreTarget({ into, signal });
    const order = { target, symlinks: "keep", outwardLinks: "refuse" } as const;
    await restoreLoose(fileOf(bytes), order, new ExpansionLimit({ archiveBytes: bytes.length }), quiet);
    await target.publish();
  };
  const found = await outcome(restored);
  expect(kind(found)).toBe(archive.what);
  expect(existsSync(into)).toBe(found === "harmless");
  expect([readdirSync(box), readdirSync(join(box, "a")), readdirSync(join(box, "a", "b"))]).toEqual([
    ["a"],
    ["b"],
    found === "harmless" ? ["into"] : [],
  ]);
  rmSync(box, { recursive: true });
});

test("setuid, setgid and sticky bits are gone, and links in a circle are just that", async () => {
  const by = (name: string): Buffer =>
    hostileArchives()
      .find((archive) => archive.name === name)!
      .bytes();
  expect(linesOf((await restoreBytes(by("is setuid, setgid and sticky"))).tree)).toEqual(["d/ 777", 'x 777 "x"']);
  expect(linesOf((await restoreBytes(by("links in a circle"))).tree)).toEqual(["a -> b", "b -> a", "c -> c/x"]);
  expect(linesOf((await restoreBytes(by("climbs with backslashes"))).tree)).toEqual([
    '..\\..\\evil 664 "x"',
    'good 664 "good"',
  ]);
});

const pythonTars = `
import sys, tarfile, io, os
def made(path, members, format=tarfile.PAX_FORMAT, mode="w"):
    with tarfile.open(path, mode, format=format) as tar:
        for name, kind, link, data in members:
            info = tarfile.TarInfo(name)
            info.type = kind; info.linkname = link; info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
F, S, H, D = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
attacks = {
  "slip": [("../../evil", F, "", b"x")],
  "absolute": [("/tmp/evil", F, "", b"x")],
  "through": [("l", S, "/tmp", b""), ("l/evil", F, "", b"x")],
  "hard": [("h", H, "../../../etc/passwd", b"")],
  "chain": [("a", D, "", b""), ("a/b", S, "..", b""), ("c", S, "a/b/..", b"")],
  "hardchain": [("s", S, "..", b""), ("h", H, "s/../etc/passwd", b"")],
  "fifo": [("p", tarfile.FIFOTYPE, "", b"")],
  "device": [("n", tarfile.CHRTYPE, "", b"")],
  "twice": [("a", F, "", b"1"), ("a", F, "", b"2")],
  "git": [("x/.git/hooks/pre-commit", F, "", b"#!/bin/sh\\n")],
  "realpath overflow (CVE-2025-4517)": [(("d" * 247 + "/") * 16 + "l", S, "../" * 20 + "etc", b"")],
}
for name, members in attacks.items():
    for which, format in (("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)):
        for mode, end in (("w", "tar"), ("w:gz", "tar.gz")):
            made(os.path.join(sys.argv[1], f"{name} {which}.{end}"), members, format, mode)
import zipfile, warnings
warnings.simplefilter("ignore")
def zipped(name, entries):
    with zipfile.ZipFile(os.path.join(sys.argv[1], name + ".zip"), "w", zipfile.ZIP_DEFLATED) as z:
        for path, mode, data in entries:
            info = zipfile.ZipInfo(path); info.create_system = 3; info.external_attr = mode << 16
            z.writestr(info, data)
zipped("slip", [("../../evil", 0o100644, "x")])
zipped("absolute", [("/tmp/evil", 0o100644, "x")])
zipped("through", [("l", 0o120777, "/tmp"), ("l/evil", 0o100644, "x")])
zipped("link", [("l", 0o120777, "../../etc")])
zipped("twice", [("a", 0o100644, "1"), ("a", 0o100644, "2")])
zipped("fifo", [("p", 0o10644, "")])
`;

testWith(["python3"], "what Python writes of the same attacks is refused as well", async () => {
  const folder = join(around, "python");
  mkdirSync(folder);
  execFileSync("python3", ["-c", pythonTars, folder]);
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(50);
  const found: [string, string][] = [];
  for (const name of names)
    found.push([name, kind(await outcome(async () => restoreBytes(readFileSync(join(folder, name)))))]);
  expect(found.filter(([, what]) => what !== "unsafe")).toEqual([]);
});

testWith(["tar"], "what GNU tar writes of names that climb, with -P and --transform, is refused as well", async () => {
  const folder = join(around, "gnu");
  mkdirSync(folder);
  writeFileSync(join(folder, "a"), "x");
  const packed = (...args: readonly string[]): Buffer => execFileSync("tar", ["-C", folder, "-cPf", "-", ...args, "a"]);
  for (const transform of ["s,a,../evil,", "s,a,/tmp/evil,", "s,a,x/../../evil,", "s,a,.git/config,"])
    expect(kind(await outcome(async () => restoreBytes(packed(`--transform=${transform}`))))).toBe("unsafe");
  expect(kind(await outcome(async () => restoreBytes(packed("--sparse"))))).toBe("harmless");
});
