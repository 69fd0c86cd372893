import { createHash } from "node:crypto";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BlockDeflater } from "../../src/steps/block-deflater.ts";
import { sweep } from "../support/packed-archive.ts";

const blockBytes = 64 * 1024;

/** Bytes that compress well, badly or not at all. */
function blockOf(kind: number, length: number): Buffer {
  if (kind === 0) return Buffer.alloc(length, "abc ");
  const noise = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash("sha256")
      .update(`${kind} ${kind === 1 ? i : i % 50}`)
      .digest(),
  );
  return Buffer.concat(noise).subarray(0, length);
}

const blocks = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: blockBytes }))
    .map(([kind, length]) => blockOf(kind, length)),
  { minLength: 1, maxLength: 12 },
);

test("a compressor that is used again gives the bytes of one of its own, whatever it had before", async () => {
  await fc.assert(
    fc.asyncProperty(blocks, fc.integer({ min: 0, max: 9 }), async (blocks, level) => {
      const deflater = new BlockDeflater({ level, blockBytes });
      const sideBySide = await Promise.all(blocks.map(async (block) => deflater.deflate(block)));
      const again = [];
      for (const block of blocks.toReversed()) again.unshift(Buffer.from(await deflater.deflate(block)));
      deflater.close();
      for (const [i, block] of blocks.entries()) {
        const alone = deflateRawSync(block, {
          level,
          memLevel: 9,
          finishFlush: constants.Z_FULL_FLUSH,
          chunkSize: blockBytes,
        });
        expect(Buffer.compare(Buffer.from(sideBySide[i]!), alone)).toBe(0);
        expect(Buffer.compare(again[i]!, alone)).toBe(0);
        expect(inflateRawSync(alone, { finishFlush: constants.Z_SYNC_FLUSH }).equals(block)).toBe(true);
      }
    }),
    sweep(20),
  );
});
