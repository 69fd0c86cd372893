import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { OutputFile } from "../../src/steps/output-file.ts";
import { temporaryScratch } from "../support/packed-archive.ts";

test("bytes are written in order, whatever their sizes", async () => {
  await using scratch = temporaryScratch();
  const file = await OutputFile.create(scratch.file("out"));
  const parts = Array.from({ length: 300 }, (_, i) => Buffer.alloc((i * 7919) % 200_000, i));
  for (const part of parts) await file.write(part);
  await file.finish();
  expect((await readFile(file.path)).equals(Buffer.concat(parts))).toBe(true);
});

test("a file that exists, and a folder that doesn't, are errors of the store", async () => {
  await using scratch = temporaryScratch();
  await (await OutputFile.create(scratch.file("out"))).finish();
  for (const name of ["out", "no/such"])
    await expect(OutputFile.create(scratch.file(name))).rejects.toMatchObject({ failure: "store" });
});

test.skipIf(!existsSync("/dev/full"))("a full disk says so", async () => {
  const file = await OutputFile.create("/dev/full", "w");
  const writing = async (): Promise<void> => {
    await file.write(Buffer.alloc(1000));
    await file.finish();
  };
  await expect(writing()).rejects.toMatchObject({
    failure: "store",
    message: expect.stringMatching(/the disk is full.*first store's.*TMPDIR.*RUNNER_TEMP/),
  });
  await file.abandon();
});

test("a file that is given up takes nothing more", async () => {
  await using scratch = temporaryScratch();
  const file = await OutputFile.create(scratch.file("out"));
  await file.write(Buffer.alloc(1000));
  await file.abandon();
  await file.abandon();
  await expect(file.write(Buffer.alloc(1))).rejects.toThrow("given up");
});
