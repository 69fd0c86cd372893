import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { zstdBlockBytes, ZstdCompressor } from "../../src/steps/compress-zstd.ts";
import { chunksOf, pack, temporaryScratch } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { buildTar } from "../support/tar-builder.ts";

const MiB = 1024 * 1024;

async function compress(data: Uint8Array, level = 3) {
  const parts: Uint8Array[] = [];
  const compressor = new ZstdCompressor({ write: async (part) => void parts.push(part) }, level);
  for (const block of chunksOf(data, zstdBlockBytes)) await compressor.add(block);
  return { file: await compressor.finish(), bytes: Buffer.concat(parts) };
}

/** A tar of about so many bytes, some of which don't compress. */
function tarOf(bytes: number): Buffer {
  const data = Buffer.alloc(bytes, "a line of text\n");
  for (let i = 0; i < bytes; i += 997) data[i] = (i * 31) % 251;
  return buildTar([{ name: "p/" }, { name: "p/a", data }, { name: "p/b", data: "b" }]);
}

test("every block of 4 MiB is a frame of its own, with its length and a checksum", async () => {
  const data = tarOf(9 * MiB);
  const { file, bytes } = await compress(data);
  expect(file.bytes).toBe(bytes.length);
  expect(file.blocks.blockBytes).toBe(4 * MiB);
  expect(file.blocks.offsets).toHaveLength(3);
  file.blocks.offsets.forEach((offset, i, offsets) => {
    const frame = bytes.subarray(offset, offsets[i + 1]);
    const block = data.subarray(i * 4 * MiB, (i + 1) * 4 * MiB);
    expect(frame.readUInt32LE(0)).toBe(0xfd2fb528);
    const descriptor = frame[4] ?? 0;
    expect(descriptor & 0b100).toBe(0b100);
    // The length takes four bytes when the topmost bits are 10 (RFC 8878, 3.1.1.1.1).
    expect(descriptor >> 6).toBe(2);
    const window = (descriptor & 0b100000) === 0 ? 1 : 0;
    expect(frame.readUInt32LE(5 + window)).toBe(block.length);
    expect(zstdDecompressSync(frame).equals(block)).toBe(true);
  });
});

testWith(["zstd", "tar"], "zstd and tar read it, at every level that is taken", async () => {
  const tar = tarOf(5 * MiB);
  for (const level of [1, 3, 19]) {
    await using scratch = temporaryScratch();
    const { one } = await pack(tar, scratch, { formats: ["tar.zst"], level });
    const path = scratch.file("app.tar.zst");
    execFileSync("zstd", ["-tq", path]);
    expect(execFileSync("zstd", ["-dc", path], { maxBuffer: 1 << 28 }).equals(tar)).toBe(true);
    expect(execFileSync("tar", ["--zstd", "-tf", path]).toString()).toBe("p/\np/a\np/b\n");
    expect(one("tar.zst")).toMatchObject({ level, blocks: { blockBytes: 4 * MiB } });
  }
});

testWith(["zstd"], "a flipped bit is found by zstd alone", async () => {
  await using scratch = temporaryScratch();
  const { bytes } = await compress(tarOf(MiB));
  const at = bytes.length - 20;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(scratch.file("bad.zst"), bytes);
  expect(() => execFileSync("zstd", ["-tq", scratch.file("bad.zst")], { stdio: "pipe" })).toThrow();
});
