import { constants, zstdCompress } from "node:zlib";
import type { BlockIndex } from "../model/artifact.ts";
import type { Digest } from "../model/manifest.ts";
import { BlockQueue } from "./block-queue.ts";
import type { Output } from "./output-file.ts";

/** Uncompressed bytes of each frame of a tar.zst. */
export const zstdBlockBytes = 4 * 1024 * 1024;

// Enough to keep two to four threads busy while the main one reads and hashes; each is a block and what became of it.
const framesInFlight = 5;

// What a frame of source code fills at the usual level; more come in further pieces.
const outputBytes = 1024 * 1024;

/**
 * Writes one zstd frame (RFC 8878) a block, each with its length and the checksum of its content; they are compressed side
 * by side on libuv's thread pool. The bytes depend on the blocks, the level and the zstd that Node carries; on nothing else.
 */
export class ZstdCompressor {
  readonly #queue: BlockQueue;
  readonly #level: number;

  /** Level 1 to 19. */
  constructor(output: Output, level: number) {
    this.#queue = new BlockQueue(output, framesInFlight);
    this.#level = level;
  }

  /** Takes the next block: `zstdBlockBytes` long, only the last may be shorter; not to be changed until `done`. Resolves when there is room for another. */
  async add(block: Uint8Array, done?: () => void): Promise<void> {
    const frame = zstdFrame(block, this.#level);
    if (done !== undefined) frame.finally(done).catch(() => undefined);
    await this.#queue.add(frame);
  }

  /** Resolves when all is written. The output itself stays open. */
  async finish(): Promise<Digest & { readonly blocks: BlockIndex }> {
    const { offsets, ...digest } = await this.#queue.finish();
    return { ...digest, blocks: { blockBytes: zstdBlockBytes, offsets } };
  }
}

/** One block as a frame of its own. */
async function zstdFrame(block: Uint8Array, level: number): Promise<Uint8Array> {
  const options = {
    chunkSize: Math.min(outputBytes, Math.max(64 * 1024, block.length)),
    pledgedSrcSize: block.length,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
  };
  return new Promise((resolve, reject) => {
    zstdCompress(block, options, (error, data) => (error ? reject(error) : resolve(data)));
  });
}
