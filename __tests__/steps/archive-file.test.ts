import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { SetFile } from "../../src/model/set-file.ts";
import { ArchiveFile } from "../../src/steps/archive-file.ts";
import { describeFiles } from "../../src/steps/describe-files.ts";
import { packArchive } from "../../src/steps/pack-archive.ts";
import { pack, quiet, sweep, temporaryScratch } from "../support/packed-archive.ts";
import { buildTar } from "../support/tar-builder.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const bodyOf = async ({ artifact: { body } }: SetFile) => readFile("file" in body ? body.file : "");

async function write(parts: readonly Uint8Array[], splitSize: number) {
  await using scratch = temporaryScratch();
  const file = await ArchiveFile.create({ name: "app.tar", format: "tar", scratch, splitSize });
  const made: SetFile[] = [];
  const whole = Buffer.concat(parts);
  try {
    for (const part of parts) {
      await file.write(part);
      made.push(...file.takeParts());
    }
    made.push(...(await file.finish({ bytes: whole.length, sha256: sha256(whole) })));
  } finally {
    await file.abandon();
  }
  return { made, whole, bodies: await Promise.all(made.map(bodyOf)) };
}

test("joined, the parts are the archive; each has its own digest, and all but the last are of just the size asked for", async () => {
  const writes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 4000 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(writes, fc.integer({ min: 50, max: 9000 }), async (parts, splitSize) => {
      const { made, whole, bodies } = await write(parts, splitSize);
      expect(Buffer.concat(bodies).equals(whole)).toBe(true);
      expect(made.map(({ artifact }) => artifact.sha256)).toEqual(bodies.map(sha256));
      expect(made.map(({ artifact }) => artifact.bytes)).toEqual(bodies.map((body) => body.length));
      const count = Math.ceil(whole.length / splitSize);
      expect(made).toHaveLength(count);
      expect(bodies.slice(0, -1).every((body) => body.length === splitSize)).toBe(true);
      const names = made.map(({ artifact }) => artifact.name);
      if (count === 1) expect([names, made[0]?.part]).toEqual([["app.tar"], undefined]);
      else {
        expect(names).toEqual(names.map((_, i) => `app.tar.part-${String(i + 1).padStart(3, "0")}`));
        expect(made.map(({ part }) => part?.whole?.sha256)).toEqual([
          ...names.slice(1).map(() => undefined),
          sha256(whole),
        ]);
      }
      const [described, ...others] = describeFiles(made);
      expect(others).toEqual([]);
      expect(described).toMatchObject({ name: "app.tar", role: "archive", bytes: whole.length, sha256: sha256(whole) });
      expect(described!.parts ?? []).toHaveLength(count === 1 ? 0 : count);
    }),
    sweep(60),
  );
});

test("a thousandth part is an error that says what to do", async () => {
  await expect(write([new Uint8Array(1000)], 1)).rejects.toMatchObject({
    failure: "settings",
    message: expect.stringContaining("use a larger split-size"),
  });
});

test("a part is handed on while the tar still goes by", async () => {
  await using scratch = temporaryScratch();
  const tar = buildTar([{ name: "p/a", data: Buffer.alloc(10_000_000) }]);
  let given = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (; given < tar.length; given += 1_000_000) yield tar.subarray(given, given + 1_000_000);
  }
  const firsts: number[] = [];
  for await (const file of packArchive({
    tar: source(),
    prefix: "p/",
    name: "app",
    formats: ["tar"],
    splitSize: 2_000_000,
    scratch,
    io: quiet,
  }))
    if (file.part !== undefined) firsts.push(given);
  expect(firsts).toHaveLength(6);
  expect(firsts[0]).toBeLessThan(5_000_000);
});

test("every format is split where it has outgrown the size, and stays one file where not", async () => {
  await using scratch = temporaryScratch();
  const tar = buildTar([{ name: "p/a", data: Buffer.alloc(3_000_000, "text ") }]);
  const { artifacts } = await pack(tar, scratch, {
    formats: ["tar", "tar.gz", "tar.zst", "zip"],
    splitSize: 1_048_576,
  });
  expect(artifacts.map(({ artifact }) => artifact.name)).toEqual([
    "app.tar.part-001",
    "app.tar.part-002",
    "app.tar.part-003",
    "app.tar.gz",
    "app.tar.zst",
    "app.zip",
    "app.files.jsonl.gz",
  ]);
  const parts = await Promise.all(artifacts.slice(0, 3).map(bodyOf));
  expect(Buffer.concat(parts).equals(tar)).toBe(true);
  expect(describeFiles(artifacts).map(({ name, compression }) => [name, compression?.algorithm])).toEqual([
    ["app.tar", undefined],
    ["app.tar.gz", "gzip"],
    ["app.tar.zst", "zstd"],
    ["app.zip", "deflate"],
    ["app.files.jsonl.gz", "gzip"],
  ]);
  expect(readdirSync(scratch.path)).toHaveLength(7);
});
