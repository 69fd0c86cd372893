/**
 * Buffers of one size that are used again: a new one for each block of a large tar keeps the garbage collector busy, and as
 * much memory taken as it lets lie around.
 */
export class BlockPool {
  readonly blockBytes: number;
  readonly #free: Buffer[] = [];

  constructor(blockBytes: number) {
    this.blockBytes = blockBytes;
  }

  /** A buffer with anything in it. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes);
  }

  /** Takes a buffer of this pool back, or what was cut from its start. */
  give(block: Uint8Array): void {
    this.#free.push(Buffer.from(block.buffer, 0, this.blockBytes));
  }

  /** Gives a block back once the returned function was called so many times; if it never is, the block is lost to the pool. */
  whenDone(block: Uint8Array, holders: number): () => void {
    return countdown(holders, () => this.give(block));
  }
}

/** A function that calls another one at its nth call. */
export function countdown(calls: number, atLast: () => void): () => void {
  let left = calls;
  return () => {
    left -= 1;
    if (left === 0) atLast();
  };
}
