import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { constants, gunzipSync, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { BlockCompressor, type GzipFile } from "../../src/steps/compress-blocks.ts";
import { chunksOf, sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";

async function compress(data: Uint8Array, blockBytes: number, level = 6): Promise<{ file: GzipFile; bytes: Buffer }> {
  const parts: Uint8Array[] = [];
  const compressor = new BlockCompressor({ write: async (part) => void parts.push(part) }, { level, blockBytes });
  for (const block of chunksOf(data, blockBytes)) await compressor.add(block);
  return { file: await compressor.finish(), bytes: Buffer.concat(parts) };
}

/** Half of it compresses well, half doesn't. */
function mixed(bytes: number, seed = 1): Buffer {
  const data = Buffer.alloc(bytes);
  for (let i = 0, x = seed; i < bytes; i++) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    data[i] = i % 2048 < 1024 ? x >> 16 : i >> 8;
  }
  return data;
}

test("any block inflates alone, at every level and for sizes around the edges of a block", async () => {
  const size = fc.oneof(
    fc.tuple(fc.nat(3), fc.integer({ min: -2, max: 2 })).map(([n, d]) => Math.max(0, n * 4096 + d)),
    fc.nat(20000),
  );
  await fc.assert(
    fc.asyncProperty(size, fc.nat(9), fc.nat(), async (bytes, level, seed) => {
      const data = mixed(bytes, seed);
      const { file, bytes: gzip } = await compress(data, 4096, level);
      expect(gunzipSync(gzip).equals(data)).toBe(true);
      expect(file.bytes).toBe(gzip.length);
      expect(file.blocks.offsets).toHaveLength(Math.ceil(bytes / 4096));
      file.blocks.offsets.forEach((offset, i, offsets) => {
        const block = gzip.subarray(offset, offsets[i + 1] ?? gzip.length - 8);
        const alone = inflateRawSync(block, { finishFlush: constants.Z_SYNC_FLUSH });
        expect(alone.equals(data.subarray(i * 4096, (i + 1) * 4096))).toBe(true);
      });
    }),
    sweep(120),
  );
});

test("the header says nothing of time, name or system, and nothing at all is a whole gzip of 20 bytes", async () => {
  const { bytes, file } = await compress(new Uint8Array(), 4096);
  expect(bytes.toString("hex")).toBe("1f8b08000000000000ff03000000000000000000");
  expect(file).toMatchObject({ bytes: 20, blocks: { blockBytes: 4096, offsets: [] } });
});

test("blocks of 1 MiB that don't compress are whole too", async () => {
  const data = crypto.getRandomValues(new Uint8Array(65536));
  const random = Buffer.concat(Array.from({ length: 50 }, (_, i) => Buffer.concat([Buffer.from([i]), data])));
  for (const level of [0, 1, 9])
    expect(gunzipSync((await compress(random, 1024 * 1024, level)).bytes).equals(random)).toBe(true);
});

test("a failing output is met, and no more is written to it", async () => {
  let writes = 0;
  const full = async (): Promise<void> => {
    writes += 1;
    if (writes === 3) throw new Error("full");
  };
  const compressor = new BlockCompressor({ write: full }, { level: 1, blockBytes: 1024 });
  const adding = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) await compressor.add(Buffer.alloc(1024));
  };
  await expect(adding()).rejects.toThrow("full");
  await expect(compressor.finish()).rejects.toThrow("full");
  expect(writes).toBe(3);
});

testWith(["gzip"], "gzip -t takes it, and gzip -l knows its length", async () => {
  const { bytes } = await compress(mixed(300_000), 65536);
  execFileSync("gzip", ["-t"], { input: bytes });
  expect(execFileSync("gzip", ["-dc"], { input: bytes }).equals(mixed(300_000))).toBe(true);
});
