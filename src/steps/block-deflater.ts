import { constants, createDeflateRaw, deflateRaw, type DeflateRaw } from "node:zlib";

export interface DeflateOptions {
  /** 0 to 9. */
  readonly level: number;
  readonly blockBytes: number;
}

// Zlib comes back from the thread pool whenever this much is filled: at its default of 16 KiB a dozen times a block. Most
// blocks of source code fit into 256 KiB; room for a whole block was no faster and took 15 MB more.
const outputBytes = 256 * 1024;

// 9 takes 4 % less time than the default 8, and gives 0.2 % more bytes.
const memLevel = 9;

/**
 * Deflates blocks on libuv's thread pool, each on its own and ended by a full flush: such blocks can be joined, and each be
 * inflated alone. Compressors are used again, since a new one for each block takes memory that only the garbage collector
 * gives back, late.
 */
export class BlockDeflater {
  readonly #options: DeflateOptions;
  readonly #idle: DeflateRaw[] = [];

  constructor(options: DeflateOptions) {
    this.#options = options;
  }

  /** The block deflated: the same bytes as by a compressor of its own. */
  async deflate(block: Uint8Array): Promise<Uint8Array> {
    // How stored blocks are cut depends on the room that is left for them, which only a compressor of their own has the same.
    if (this.#options.level === 0) return storedBlock(block, this.#options.blockBytes);
    const deflater = this.#idle.pop() ?? this.#open();
    const data = await written(deflater, block);
    deflater.reset();
    this.#idle.push(deflater);
    return data;
  }

  /** Lets go of the compressors; none may be at work. */
  close(): void {
    for (const deflater of this.#idle.splice(0)) deflater.close();
  }

  #open(): DeflateRaw {
    const { level, blockBytes } = this.#options;
    return createDeflateRaw({
      level,
      memLevel,
      flush: constants.Z_FULL_FLUSH,
      chunkSize: Math.min(outputBytes, blockBytes),
      // It stops before more than this waits to be read, and what it makes of a block is read when all of it is there.
      readableHighWaterMark: 2 * blockBytes + outputBytes,
    } as Parameters<typeof createDeflateRaw>[0]);
  }
}

async function storedBlock(block: Uint8Array, blockBytes: number): Promise<Uint8Array> {
  const chunkSize = Math.min(outputBytes, blockBytes);
  const options = { level: 0, memLevel, finishFlush: constants.Z_FULL_FLUSH, chunkSize };
  return new Promise((resolve, reject) => {
    deflateRaw(block, options, (error, data) => (error ? reject(error) : resolve(data)));
  });
}

async function written(deflater: DeflateRaw, block: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflater.once("error", reject);
    deflater.write(block, () => {
      deflater.off("error", reject);
      resolve((deflater.read() as Buffer | null) ?? new Uint8Array());
    });
  });
}
