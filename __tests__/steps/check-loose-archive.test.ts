import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { checkLooseArchive, type LooseArchive } from "../../src/steps/check-loose-archive.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { chunksOf, pack, quiet, sweep, temporaryScratch } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { buildTar } from "../support/tar-builder.ts";

const check = async (bytes: Uint8Array, chunk = 1000): Promise<LooseArchive> =>
  checkLooseArchive({
    bytes: bytes.length,
    open: async (range) =>
      Readable.from(chunksOf(bytes.subarray(range?.start, range?.end), chunk), { objectMode: false }),
    io: quiet,
  });

const commit = "c".repeat(40);
const tar = buildTar([{ name: "p/" }, { name: "p/a", data: "x".repeat(3000) }, { name: "p/b", data: "y" }], { commit });

test("a tar and a tar.gz tell their entries and their commit", async () => {
  await using scratch = temporaryScratch();
  const { one, bytes, summary } = await pack(tar, scratch);
  const { artifact } = one("tar.gz");
  const found = { entries: 3, commit, tar: summary.tar, unpackedBytes: summary.tar.bytes };
  expect(await check(tar)).toEqual({ format: "tar", artifact: summary.tar, ...found });
  expect(await check(await bytes("tar.gz"))).toEqual({
    format: "tar.gz",
    artifact: { bytes: artifact.bytes, sha256: artifact.sha256 },
    ...found,
  });
});

testWith(
  ["git", "tar", "gzip"],
  "archives that others made are read: git's, GNU tar's, gzip's in several members",
  async () => {
    using repository = makeRepository({ files: { a: "one", "d/b": "two", l: { link: "a" } } });
    const head = repository.git("rev-parse", "HEAD");
    expect(await check(repository.gitBytes("archive", "--format=tar.gz", "HEAD"))).toMatchObject({
      entries: 4,
      commit: head,
    });
    for (const format of ["gnu", "pax", "ustar"]) {
      const made = execFileSync("tar", [
        "-C",
        repository.path,
        `--format=${format}`,
        "--exclude=.git",
        "-cf",
        "-",
        ".",
      ]);
      const found = await check(made);
      expect(found).toMatchObject({ format: "tar", entries: 5 });
      expect(found.commit).toBeUndefined();
    }
    const members = Buffer.concat([...chunksOf(tar, 5000)].map((part) => gzipSync(part)));
    expect(await check(members)).toMatchObject({ entries: 3, commit });
  },
);

test("a large archive in many chunks is read without piling up listeners", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  const large = buildTar([{ name: "big", data: randomBytes(2_000_000) }]);
  expect(await check(gzipSync(large), 20_000)).toMatchObject({ entries: 1 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("what isn't a whole archive is refused, and never taken for one", async () => {
  const gzip = gzipSync(tar);
  for (const bad of [
    gzip.subarray(0, -1),
    gzip.subarray(0, 30),
    tar.subarray(0, 2048),
    Buffer.concat([gzip, Buffer.from("more")]),
    Buffer.concat([tar, tar]),
  ])
    await expect(check(bad)).rejects.toMatchObject({ failure: "integrity" });
});

test("what doesn't even start as one is said to be none", async () => {
  for (const none of ["", "hello", "h".repeat(3000), "\u0000".repeat(511)])
    for (const bytes of [Buffer.from(none), gzipSync(none)])
      await expect(check(bytes)).rejects.toMatchObject({
        failure: "not-found",
        message: "it isn't a tar, tar.gz, tar.zst or zip",
      });
});

test("a tar without entries, and one from before POSIX, are tars", async () => {
  expect(await check(Buffer.alloc(10_240))).toMatchObject({ format: "tar", entries: 0 });
  const old = buildTar([{ name: "a", data: "x" }]).subarray(0);
  old.fill(0, 257, 265);
  old.write("        ", 148);
  const sum = old.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  old.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  expect(await check(old)).toMatchObject({ format: "tar", entries: 1 });
});

test("any changed byte of the compressed data is refused", async () => {
  const gzip = gzipSync(tar);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 10, max: gzip.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, change) => {
        const bytes = Buffer.from(gzip);
        bytes[at]! ^= change;
        const error: unknown = await check(bytes).then(
          ({ tar: found }) => (found?.sha256 === digestOfTar ? undefined : new Error("taken for whole")),
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ColdstoreError);
      },
    ),
    sweep(100),
  );
});

const digestOfTar = (await check(tar)).tar!.sha256;

test("an error of the source comes out as it is, and an abort with its reason", async () => {
  const failing = Readable.from(
    (async function* () {
      yield gzipSync(tar).subarray(0, 30);
      throw new Error("reset");
    })(),
  );
  await expect(checkLooseArchive({ bytes: 1, open: async () => failing, io: quiet })).rejects.toThrow("reset");
  const abort = new AbortController();
  const reason = new Error("stopped");
  const stalled = new Readable({ read: () => {} });
  stalled.push(gzipSync(tar).subarray(0, 30));
  setTimeout(() => abort.abort(reason), 20);
  await expect(
    checkLooseArchive({ bytes: 1, open: async () => stalled, io: { ...quiet, signal: abort.signal } }),
  ).rejects.toBe(reason);
});

const files = { "a.txt": randomBytes(3000), "d/b.txt": "text ".repeat(500), empty: "" };
const zips: readonly (readonly [name: string, programs: readonly string[], command: string, entries: number])[] = [
  ["Info-ZIP", ["zip"], "zip -qry ../i.zip . && cat ../i.zip", 5],
  ["Info-ZIP, stored and streamed", ["zip"], "zip -qr0 ../s.zip . && cat ../s.zip | cat", 5],
  ["Info-ZIP, from a pipe", ["zip"], "cat a.txt | zip -q - - | cat", 1],
  ["7z", ["7z"], "7z a -bd ../7.zip . >/dev/null && cat ../7.zip", 5],
  ["Python", ["python3"], "python3 -m zipfile -c ../p.zip a.txt d empty && cat ../p.zip", 4],
  ["bsdtar", ["bsdtar"], "bsdtar --format zip -cf ../b.zip a.txt d empty l && cat ../b.zip", 5],
];

for (const [maker, programs, command, entries] of zips)
  testWith(["bash", ...programs], `a zip by ${maker} is read, and any change of its contents refused`, async () => {
    const bytes = zipBy(command);
    expect(await check(bytes)).toMatchObject({ format: "zip", entries });
    expect((await check(bytes)).tar).toBeUndefined();
    const place = bytes.indexOf("a.txt") + 200;
    const changed = Buffer.from(bytes);
    changed[place]! ^= 0x11;
    await expect(check(changed)).rejects.toMatchObject({ failure: "integrity" });
  });

function zipBy(command: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-zip-"));
  try {
    const tree = join(folder, "tree");
    mkdirSync(join(tree, "d"), { recursive: true });
    for (const [path, data] of Object.entries(files)) writeFileSync(join(tree, path), data);
    symlinkSync("a.txt", join(tree, "l"));
    return execFileSync("bash", ["-c", command], { cwd: tree, maxBuffer: 1 << 26 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

testWith(["git"], "git's own zip tells its commit", async () => {
  using repository = makeRepository({ files: { a: "one", "d/b": "two", l: { link: "a" }, x: { executable: "#!" } } });
  const zip = repository.gitBytes("archive", "--format=zip", "HEAD");
  expect(await check(zip)).toMatchObject({ format: "zip", entries: 5, commit: repository.git("rev-parse", "HEAD") });
});

testWith(["bash", "7z"], "what can't be read is refused by its name: encryption, other methods", async () => {
  await expect(check(zipBy("7z a -bd -psecret ../e.zip a.txt >/dev/null; cat ../e.zip"))).rejects.toMatchObject({
    failure: "integrity",
    message: expect.stringContaining("a.txt: it is encrypted"),
  });
  await expect(check(zipBy("7z a -bd -mm=BZip2 ../b.zip d/b.txt >/dev/null; cat ../b.zip"))).rejects.toMatchObject({
    message: expect.stringContaining("b.txt: it is compressed by method 12"),
  });
});

test("a tar.zst of one frame or many, also with frames to skip, is read to its end and to nothing behind it", async () => {
  const one = zstdCompressSync(tar);
  const many = Buffer.concat([...chunksOf(tar, 700)].map((part) => zstdCompressSync(part)));
  const skipped = Buffer.concat([Buffer.from("512a4d1803000000aabbcc", "hex"), one]);
  for (const bytes of [one, many, skipped, Buffer.concat([one, skipped.subarray(0, 11)])])
    for (const chunk of [1, 1000])
      expect(await check(bytes, chunk)).toMatchObject({
        format: "tar.zst",
        entries: 3,
        commit,
        tar: { sha256: digestOfTar },
      });
  for (const bytes of [
    one.subarray(0, -1),
    many.subarray(0, -9),
    Buffer.concat([one, Buffer.alloc(4)]),
    one.subarray(0, 7),
  ])
    await expect(check(bytes)).rejects.toMatchObject({ failure: "integrity" });
});

testWith(["bash", "zstd"], "what the program zstd makes is read", async () => {
  for (const options of ["-1", "-19 --long", "-3 --no-check"]) {
    const bytes = execFileSync("bash", ["-c", `zstd -q ${options}`], { input: tar });
    expect(await check(bytes)).toMatchObject({ format: "tar.zst", entries: 3 });
  }
});

test("any changed byte of a tar.zst with checksums is refused, or changes nothing", async () => {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  const bytes = Buffer.concat([...chunksOf(tar, 5000)].map((part) => zstdCompressSync(part, { params })));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= change;
      const found = await check(changed).then(
        ({ tar }) => tar?.sha256,
        (thrown: unknown) => thrown,
      );
      if (found !== digestOfTar) expect(found).toBeInstanceOf(ColdstoreError);
    }),
    sweep(200),
  );
});
