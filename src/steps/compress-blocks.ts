import { crc32 } from "node:zlib";
import type { BlockIndex } from "../model/artifact.ts";
import type { Digest } from "../model/manifest.ts";
import { BlockQueue } from "./block-queue.ts";
import { deflateBlock, type DeflateOptions } from "./deflate-block.ts";
import type { Output } from "./output-file.ts";

/** Uncompressed bytes of each independent block of a tar.gz. */
export const archiveBlockBytes = 1024 * 1024;

export const gzipHeaderBytes = 10;
/** The last empty block, then CRC-32 and length of the uncompressed bytes. */
export const gzipTailBytes = 10;

/**
 * The header (RFC 1952) that says least: deflate, no name, no time, unknown system. Node would write a byte of its own
 * for each system.
 */
export const gzipHeader: Readonly<Uint8Array> = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** An empty final block of fixed codes (RFC 1951, 3.2.6): ends the deflate stream behind full flushes. */
const lastDeflateBlock: Readonly<Uint8Array> = Uint8Array.of(3, 0);

/** A finished gzip file: its own size and digest, and where its blocks start. */
export interface GzipFile extends Digest {
  readonly blocks: BlockIndex;
}

// A few blocks more than threads keep the pool busy while the main thread reads and hashes. On two cores 8 starved it,
// 16 and 32 were no faster than 12 and took 15 to 50 MB more.
const blocksInFlight = 12;

/**
 * Writes one gzip member of independently deflated blocks, which are compressed side by side on libuv's thread pool.
 * The bytes depend on the blocks, the level and the zlib that Node carries; on nothing else.
 */
export class BlockCompressor {
  readonly #queue: BlockQueue;
  readonly #options: DeflateOptions;
  #crc = 0;
  #plainBytes = 0;

  constructor(output: Output, options: DeflateOptions) {
    this.#queue = new BlockQueue(output, blocksInFlight);
    this.#options = options;
    this.#queue.frame(gzipHeader);
  }

  /** Takes the next block: `blockBytes` long, only the last may be shorter; not to be changed until `done`. Resolves when there is room for another. */
  async add(block: Uint8Array, done?: () => void): Promise<void> {
    const deflated = deflateBlock(block, this.#options);
    if (done !== undefined) deflated.finally(done).catch(() => undefined);
    const room = this.#queue.add(deflated);
    this.#crc = crc32(block, this.#crc);
    this.#plainBytes += block.length;
    await room;
  }

  /** Ends the member. The output itself stays open. */
  async finish(): Promise<GzipFile> {
    this.#queue.frame(gzipTail(this.#crc, this.#plainBytes));
    const { offsets, ...digest } = await this.#queue.finish();
    return { ...digest, blocks: { blockBytes: this.#options.blockBytes, offsets } };
  }
}

/** What ends a gzip member: the last deflate block, CRC-32 and length modulo 2^32 of the uncompressed bytes. */
export function gzipTail(crc: number, plainBytes: number): Uint8Array {
  const tail = Buffer.alloc(gzipTailBytes);
  tail.set(lastDeflateBlock);
  tail.writeUInt32LE(crc, 2);
  tail.writeUInt32LE(plainBytes % 2 ** 32, 6);
  return tail;
}
