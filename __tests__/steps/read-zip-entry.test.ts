import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readZipEntry } from "../../src/steps/read-zip-entry.ts";
import { readZipDirectory } from "../../src/steps/zip-directory.ts";
import type { ZipEntry } from "../../src/steps/zip-records.ts";
import { chunksOf } from "../support/packed-archive.ts";
import { buildZip } from "../support/zip-builder.ts";

const contents: Readonly<Record<string, Buffer>> = {
  a: Buffer.from("text ".repeat(300)),
  b: randomBytes(200_000),
  c: Buffer.alloc(0),
  d: Buffer.alloc(400_000),
};
const zip = await buildZip(Object.entries(contents).map(([name, data]) => ({ name, data, stored: name === "b" })));

const fileOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  open: async (range?: { start: number; end: number }) =>
    Readable.from(chunksOf(bytes.subarray(range?.start, range?.end), 10_000), { objectMode: false }),
});

async function entriesOf(bytes: Buffer): Promise<{ readonly entry: ZipEntry; readonly limit: number }[]> {
  const directory = await readZipDirectory(fileOf(bytes));
  const entries = [...directory.records()].flatMap((record) => ("damage" in record ? [] : record));
  return entries.map((entry, i) => ({ entry, limit: entries[i + 1]?.offset ?? directory.start }));
}

test("each entry is read alone, whatever lies around it", async () => {
  const damaged = Buffer.from(zip);
  const all = await entriesOf(zip);
  for (const { entry, limit } of all) {
    const chunks = await Array.fromAsync(readZipEntry(fileOf(zip), entry, limit));
    expect(Buffer.concat(chunks).equals(contents[entry.name.toString()]!)).toBe(true);
  }
  const [first] = all;
  damaged[first!.limit - 20]! ^= 1;
  for (const { entry, limit } of all.slice(1))
    expect(Buffer.concat(await Array.fromAsync(readZipEntry(fileOf(damaged), entry, limit)))).toEqual(
      contents[entry.name.toString()],
    );
  await expect(Array.fromAsync(readZipEntry(fileOf(damaged), first!.entry, first!.limit))).rejects.toMatchObject({
    failure: "integrity",
  });
});

test("an entry never gives more than it says, and nothing may lie behind it", async () => {
  const [, , , large] = await entriesOf(zip);
  const { entry, limit } = large!;
  let given = 0;
  const lying = { ...entry, bytes: 1000 };
  const reading = async (): Promise<void> => {
    for await (const chunk of readZipEntry(fileOf(zip), lying, limit)) given += chunk.length;
  };
  await expect(reading()).rejects.toMatchObject({ failure: "integrity" });
  expect(given).toBeLessThanOrEqual(1000);
  await expect(Array.fromAsync(readZipEntry(fileOf(zip), entry, limit + 1))).rejects.toMatchObject({
    message: expect.stringContaining("something lies behind"),
  });
});
