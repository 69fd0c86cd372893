import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { Readable } from "node:stream";
import { constants, inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { measureArchive } from "../../src/steps/measure-archive.ts";
import { packArchive } from "../../src/steps/pack-archive.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { chunksOf, pack, type Packed, quiet, temporaryScratch } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { buildTar, type TarSpec } from "../support/tar-builder.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const oid = "0123456789abcdef".repeat(4);
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`;
const MiB = 1024 * 1024;

/** Packed once; the tests only read it. */
let repository: GitFixture;
let tar: Buffer;
let packed: Packed;
const scratch = temporaryScratch();

beforeAll(async () => {
  repository = fixture();
  tar = repository.gitBytes("archive", "--format=tar", "--prefix=p/", "HEAD");
  packed = await pack(tar, scratch);
});

afterAll(async () => {
  repository.remove();
  await scratch[Symbol.asyncDispose]();
});

function fixture() {
  return makeRepository({
    bare: true,
    files: [
      ["a.txt", "one\n"],
      ["empty", ""],
      ["big.bin", Buffer.alloc(3 * MiB + 7, "coldstore ")],
      ...[-1025, -1024, -1023, -513, -512, -511, -1, 0, 1].map(
        (d, i) => [`edge/${i}`, Buffer.alloc(MiB + d, i + 65)] as const,
      ),
      ["bin/run", { executable: "#!/bin/sh\n" }],
      ["to-a", { link: "a.txt" }],
      ["far", { link: `../${"x/".repeat(100)}y` }],
      [`${"deep/".repeat(50)}file`, "deep"],
      [`${"n".repeat(200)}.txt`, "long"],
      [Buffer.from([0x66, 0xff, 0x0a]), "odd name"],
      ['\u00e4 "quoted" \u2028.txt', "utf-8"],
      ["model.bin", pointer],
      ["not-lfs", `${pointer}${"x".repeat(1024)}`],
    ],
  });
}

test("every digest, count and offset is that of the bytes", async () => {
  const { artifacts, summary, bytes, entries } = packed;
  expect((await bytes("tar")).equals(tar)).toBe(true);
  expect(artifacts.map(({ artifact, role }) => [artifact.name, role])).toEqual([
    ["app.tar.gz", "archive"],
    ["app.tar", "archive"],
    ["app.files.jsonl.gz", "file-list"],
  ]);
  for (const { artifact } of artifacts) {
    const stored = await bytes(artifact.name.replace("app.", "") as "tar");
    expect([artifact.bytes, artifact.sha256]).toEqual([stored.length, sha256(stored)]);
  }
  expect(summary.tar).toEqual({ bytes: tar.length, sha256: sha256(tar) });
  const list = await entries();
  const files = list.filter(({ type }) => type === "file");
  for (const { offset = 0, size, sha256: digest } of files)
    expect(sha256(tar.subarray(offset, offset + size))).toBe(digest);
  expect(summary.counts).toEqual({
    files: files.length,
    dirs: list.filter(({ type }) => type === "dir").length,
    symlinks: 2,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  });
  expect(files.map(({ pathBytes, path }) => Buffer.from(pathBytes ?? path).toString("latin1")).sort()).toEqual(
    repository
      .gitBytes("ls-tree", "-rz", "--name-only", "HEAD")
      .toString("latin1")
      .split("\0")
      .filter((path) => path !== "" && path !== "far" && path !== "to-a")
      .sort(),
  );
  expect(summary.lfs).toEqual([{ path: "model.bin", oid, bytes: 12345 }]);
});

test("blocks are of 1 MiB, and each inflates alone to its part of the tar", async () => {
  const gzip = await packed.bytes("tar.gz");
  const { blocks } = packed.one("tar.gz");
  expect(blocks!.blockBytes).toBe(MiB);
  blocks!.offsets.forEach((offset, i, offsets) => {
    const alone = inflateRawSync(gzip.subarray(offset, offsets[i + 1] ?? gzip.length - 8), {
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    expect(alone.equals(tar.subarray(i * MiB, (i + 1) * MiB))).toBe(true);
  });
});

test("the same tar gives the same bytes, however it is cut into chunks", async () => {
  const tar = buildTar([
    { name: "p/" },
    { name: "p/a", data: Buffer.alloc(2 * MiB, "ab") },
    { name: "p/b", data: "b" },
  ]);
  const digests = [];
  for (const chunk of [1000, 65536, tar.length]) {
    await using scratch = temporaryScratch();
    const { artifacts, summary } = await pack(Readable.from(chunksOf(tar, chunk), { objectMode: false }), scratch);
    digests.push([...artifacts.map(({ artifact }) => artifact.sha256), summary]);
  }
  expect(digests[1]).toEqual(digests[0]);
  expect(digests[2]).toEqual(digests[0]);
});

const readers: readonly (readonly [string, readonly string[]])[] = [
  ["gzip", ["-t"]],
  ["tar", ["tzf"]],
  ["bsdtar", ["-tzf"]],
  [
    "python3",
    [
      "-c",
      "import sys,tarfile; print('\\n'.join(tarfile.open(sys.argv[1],errors='surrogateescape').getnames()).encode('utf8','surrogateescape').count(b'\\n'))",
    ],
  ],
  ["sha256sum", ["--"]],
];

for (const [program, args] of readers)
  testWith([program], `${program} reads the archive`, async () => {
    const count = (await packed.entries()).length + 1;
    const out = execFileSync(program, [...args, scratch.file("app.tar.gz")], {
      env: { ...process.env, LC_ALL: "C" },
    }).toString("latin1");
    if (program.endsWith("tar")) expect(out.trim().split("\n")).toHaveLength(count);
    // Names with a line feed count twice, and the last line has none.
    if (program === "python3") expect(Number(out)).toBe(count - 1 + 1);
    if (program === "sha256sum") expect(out.slice(0, 64).replace("\\", "")).toBe(packed.one("tar.gz").artifact.sha256);
    expect(program === "gzip" ? out : "").toBe("");
  });

testWith(["git", "gzip"], "git's own id of the commit is in the archive", () => {
  const unpacked = execFileSync("gzip", ["-dc", scratch.file("app.tar.gz")], { maxBuffer: 1e9 });
  expect(
    execFileSync("git", ["get-tar-commit-id"], { input: unpacked.subarray(0, 1024) })
      .toString()
      .trim(),
  ).toBe(repository.git("rev-parse", "HEAD"));
});

test("without a prefix and with one of several folders, paths count from the root", async () => {
  const specs = (prefix: string): TarSpec[] => [
    { name: `${prefix}a`, data: "1" },
    { name: `${prefix}d/` },
    { name: `${prefix}d/b` },
  ];
  for (const [prefix, folders] of [
    ["", []],
    ["x/y/", [{ name: "x/" }, { name: "x/y/" }]],
  ] as const) {
    await using scratch = temporaryScratch();
    const { entries } = await pack(buildTar([...folders, ...specs(prefix)]), scratch, { prefix });
    expect((await entries()).map(({ path }) => path)).toEqual(["a", "d", "d/b"]);
  }
});

test.each([
  ["an entry outside the prefix", buildTar([{ name: "q/a" }]), "bug"],
  ["a hard link", buildTar([{ name: "p/a", flag: "1", link: "p/b" }]), "bug"],
  ["a cut tar", buildTar([{ name: "p/a", data: "x".repeat(5000) }]).subarray(0, 3000), "integrity"],
  ["nothing", Buffer.alloc(0), "integrity"],
])("%s is an error, and no file stays open", async (_, tar, failure) => {
  await using scratch = temporaryScratch();
  await expect(pack(tar, scratch)).rejects.toMatchObject({ failure });
  expect(openFiles(scratch.path)).toEqual([]);
});

test("an error of the tar's source comes out as it is", async () => {
  await using scratch = temporaryScratch();
  const gone = new ColdstoreError("source", "git went away");
  const source = Readable.from(
    (async function* () {
      yield buildTar([{ name: "p/a" }]).subarray(0, 512);
      throw gone;
    })(),
  );
  await expect(pack(source, scratch)).rejects.toBe(gone);
  expect(openFiles(scratch.path)).toEqual([]);
});

test("an abort ends a tar that has stalled, with its reason, and closes everything", async () => {
  await using scratch = temporaryScratch();
  const abort = new AbortController();
  const child = spawn("sleep", ["60"]);
  const reason = new ColdstoreError("interrupted", "stopped");
  const packing = packArchive({
    tar: child.stdout,
    prefix: "p/",
    name: "app",
    formats: ["tar.gz"],
    level: 6,
    scratch,
    io: { ...quiet, signal: abort.signal },
  });
  setTimeout(() => abort.abort(reason), 50);
  await expect(packing.next()).rejects.toBe(reason);
  expect(child.stdout.destroyed).toBe(true);
  expect(openFiles(scratch.path)).toEqual([]);
  child.kill();
});

test("a reader that stops early leaves nothing open", async () => {
  await using scratch = temporaryScratch();
  const tar = Readable.from([buildTar([{ name: "p/a", data: "x" }])]);
  for await (const first of packArchive({
    tar,
    prefix: "p/",
    name: "app",
    formats: ["tar", "tar.gz"],
    level: 6,
    scratch,
    io: quiet,
  })) {
    expect(first.format).toBe("tar");
    break;
  }
  expect([tar.destroyed, openFiles(scratch.path)]).toEqual([true, []]);
});

test("a file that is in the way is an error of the store", async () => {
  await using scratch = temporaryScratch();
  const tar = buildTar([{ name: "p/a", data: "x" }]);
  await pack(tar, scratch);
  await expect(pack(tar, scratch)).rejects.toMatchObject({ failure: "store" });
});

test("measuring gives what packing makes", async () => {
  const { summary, one } = packed;
  const { tarBytes, counts, lfs, sizes } = await measureArchive({
    tar: Readable.from([tar]),
    prefix: "p/",
    formats: ["tar.gz", "tar"],
    level: 6,
    io: quiet,
  });
  expect({ tarBytes, counts, lfs }).toEqual({ tarBytes: tar.length, counts: summary.counts, lfs: summary.lfs });
  expect(sizes).toEqual([
    { format: "tar.gz", bytes: one("tar.gz").artifact.bytes, exact: true },
    { format: "tar", bytes: tar.length, exact: true },
  ]);
});

/** What of a folder this process has open. */
function openFiles(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}
