import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { checkLooseArchive, type LooseArchive } from "../../src/steps/check-loose-archive.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { chunksOf, pack, quiet, sweep, temporaryScratch } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { buildTar } from "../support/tar-builder.ts";

const check = async (bytes: Uint8Array, chunk = 1000): Promise<LooseArchive> =>
  checkLooseArchive({ open: async () => Readable.from(chunksOf(bytes, chunk), { objectMode: false }), io: quiet });

const commit = "c".repeat(40);
const tar = buildTar([{ name: "p/" }, { name: "p/a", data: "x".repeat(3000) }, { name: "p/b", data: "y" }], { commit });

test("a tar and a tar.gz tell their entries and their commit", async () => {
  await using scratch = temporaryScratch();
  const { one, bytes, summary } = await pack(tar, scratch);
  const { artifact } = one("tar.gz");
  const found = { entries: 3, commit, tar: summary.tar };
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
      await expect(check(bytes)).rejects.toMatchObject({ failure: "not-found", message: "it isn't a tar or a tar.gz" });
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
          ({ tar: found }) => (found.sha256 === digestOfTar ? undefined : new Error("taken for whole")),
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ColdstoreError);
      },
    ),
    sweep(100),
  );
});

const digestOfTar = (await check(tar)).tar.sha256;

test("an error of the source comes out as it is, and an abort with its reason", async () => {
  const failing = Readable.from(
    (async function* () {
      yield gzipSync(tar).subarray(0, 30);
      throw new Error("reset");
    })(),
  );
  await expect(checkLooseArchive({ open: async () => failing, io: quiet })).rejects.toThrow("reset");
  const abort = new AbortController();
  const reason = new Error("stopped");
  const stalled = new Readable({ read: () => {} });
  stalled.push(gzipSync(tar).subarray(0, 30));
  setTimeout(() => abort.abort(reason), 20);
  await expect(checkLooseArchive({ open: async () => stalled, io: { ...quiet, signal: abort.signal } })).rejects.toBe(
    reason,
  );
});
