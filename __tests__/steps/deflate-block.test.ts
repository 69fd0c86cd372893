import { createHash } from "node:crypto";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { deflateBlock } from "../../src/steps/deflate-block.ts";
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

const blocksUpTo = (bytes: number, count: number): fc.Arbitrary<Buffer[]> =>
  fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: bytes }))
      .map(([kind, length]) => blockOf(kind, length)),
    { minLength: 1, maxLength: count },
  );

const withLevel = fc.integer({ min: 0, max: 9 });

test("a block gives the bytes of a compressor that has seen nothing else, whatever is compressed before and beside it", async () => {
  await fc.assert(
    fc.asyncProperty(blocksUpTo(60_000, 12), withLevel, async (blocks, level) => {
      const options = { level, memLevel: 9, finishFlush: constants.Z_FULL_FLUSH, chunkSize: blockBytes };
      const sideBySide = await Promise.all(blocks.map(async (block) => deflateBlock(block, { level, blockBytes })));
      for (const [i, block] of blocks.entries()) {
        const alone = deflateRawSync(block, options);
        expect(Buffer.compare(Buffer.from(sideBySide[i]!), alone)).toBe(0);
        expect(inflateRawSync(alone, { finishFlush: constants.Z_SYNC_FLUSH }).equals(block)).toBe(true);
      }
    }),
    sweep(20),
  );
});

/** Random text of three letters: nearly every three bytes of it have come before. */
const letters = fc
  .integer({ min: 4, max: 400 })
  .chain((length) =>
    fc.array(fc.constantFrom(97, 98, 99), { minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes)),
  );

test("what an earlier block left behind is never seen", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(letters, { minLength: 2, maxLength: 40 }), withLevel, async (blocks, level) => {
      // Of outputs this short, every few also end where the room does.
      const options = { level, blockBytes: 128 };
      const first = await Promise.all(blocks.map(async (block) => deflateBlock(block, options)));
      const reversed: Uint8Array[] = [];
      for (const block of blocks.toReversed()) reversed.unshift(await deflateBlock(block, options));
      expect(reversed.map((data) => Buffer.from(data))).toEqual(first.map((data) => Buffer.from(data)));
    }),
    sweep(20),
  );
});
