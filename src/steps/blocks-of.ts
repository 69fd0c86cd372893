import type { BlockPool } from "./block-pool.ts";

/**
 * The same bytes in blocks of the pool's size (the last may be shorter, never empty), each one's memory taken from the pool.
 * Every chunk of the source is copied at once, so the source may reuse it.
 */
export async function* blocksOf(
  source: AsyncIterable<Uint8Array>,
  pool: BlockPool,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { blockBytes } = pool;
  let block = pool.take();
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + blockBytes - filled);
      block.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < blockBytes) continue;
      yield block;
      block = pool.take();
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
