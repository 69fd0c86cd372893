import type { BlockIndex } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { BlockCodec } from "./block-codec.ts";
import { BlockPool } from "./block-pool.ts";
import { inOrder } from "./in-order.ts";

/** A stretch of uncompressed bytes from `start` on: as read, or lost, and then why. */
export type Piece =
  | { readonly start: number; readonly data: Uint8Array }
  | { readonly start: number; readonly end: number; readonly lost: "changed" | "truncated"; readonly detail: string };

/** One stretch of a compressed file between two offsets; short when the file ends in it. */
export interface Slice {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly whole: boolean;
}

export interface BlockedFile {
  readonly codec: BlockCodec;
  readonly blocks: BlockIndex;
  /** Size of the compressed file. */
  readonly bytes: number;
  /** Size of what it holds. */
  readonly plainBytes: number;
}

/** What a blocked file has around its blocks; shorter than it should be when the file is. */
export interface Surroundings {
  header: Uint8Array;
  tail: Uint8Array;
}

const blocksInFlight = 8;

// Blocks of tar.zst are four times as large as those of tar.gz.
const bytesInFlight = 16 * 1024 * 1024;

// What an index may ask memory for; blocks of ours have 4 MiB at the most.
const mostBlockBytes = 64 * 1024 * 1024;

/**
 * Decompresses the blocks of a file side by side, each on its own, in order. A block that doesn't give exactly its
 * bytes is a lost piece, and the next ones go on. `around` gets the header and the tail. Rejects with `integrity` when
 * the index can't be that of such a file.
 */
export async function* inflateBlocks(
  source: AsyncIterable<Uint8Array>,
  file: BlockedFile,
  around: Surroundings,
): AsyncGenerator<Piece, void, undefined> {
  const cuts = cutsOf(file);
  const pool = slicePool(cuts, file.codec);
  const inFlight = Math.max(2, Math.min(blocksInFlight, Math.floor(bytesInFlight / file.blocks.blockBytes)));
  yield* inOrder(slicesOf(source, { cuts, codec: file.codec, pool }, around), inFlight, async (slice) => {
    const piece = await inflateSlice(slice, file);
    if (slice.whole) pool.give(slice.bytes);
    return piece;
  });
}

/**
 * Where the file is cut: block i lies from cut i to the next; the last cut is where the tail starts. Throws `integrity` when the
 * index can't be that of such a file.
 */
export function cutsOf({ codec, blocks, bytes, plainBytes }: BlockedFile): readonly number[] {
  const { offsets, blockBytes } = blocks;
  const cuts = [...offsets, bytes - codec.tailBytes];
  // No deflated block is much larger than what it holds; this bounds the memory that an index can ask for.
  const limit = 2 * blockBytes + 1024;
  const fits =
    blockBytes > 0 &&
    blockBytes <= mostBlockBytes &&
    offsets.length === Math.ceil(plainBytes / blockBytes) &&
    cuts[0] === codec.headerBytes &&
    cuts.every((cut, i) => i === 0 || (cut > (cuts[i - 1] ?? 0) && cut - (cuts[i - 1] ?? 0) <= limit));
  if (fits) return cuts;
  throw new ColdstoreError(
    "integrity",
    "the index of blocks doesn't fit the file's size; the manifest is damaged. Use another copy of the set.",
  );
}

async function* slicesOf(
  source: AsyncIterable<Uint8Array>,
  { cuts, codec, pool }: { readonly cuts: readonly number[]; readonly codec: BlockCodec; readonly pool: BlockPool },
  around: Surroundings,
): AsyncGenerator<Slice, void, undefined> {
  let slice = pool.take();
  let filled = 0;
  let position = 0;
  let next = 0;
  const take = (): Uint8Array => {
    const whole = slice.subarray(0, filled);
    slice = pool.take();
    filled = 0;
    return whole;
  };
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const cut = cuts[next] ?? Infinity;
      const part = chunk.subarray(at, at + cut - position);
      at += part.length;
      position += part.length;
      // Bytes behind the trailer are only worth noticing, not keeping.
      const kept = next === cuts.length ? part.subarray(0, Math.max(0, codec.tailBytes + 1 - filled)) : part;
      slice.set(kept, filled);
      filled += kept.length;
      if (position < cut) continue;
      next += 1;
      if (next === 1) around.header = take();
      else yield { index: next - 2, bytes: take(), whole: true };
    }
  }
  if (next === 0) around.header = take();
  else if (next === cuts.length) around.tail = take();
  else yield { index: next - 1, bytes: take(), whole: false };
  for (let lost = next; lost < cuts.length - 1; lost++) yield { index: lost, bytes: new Uint8Array(), whole: false };
}

/** Room for the longest stretch between two cuts, or what is kept around them. */
function slicePool(cuts: readonly number[], { headerBytes, tailBytes }: BlockCodec): BlockPool {
  const longest = cuts.reduce((most, cut, i) => Math.max(most, cut - (cuts[i - 1] ?? 0)), 0);
  return new BlockPool(Math.max(longest, headerBytes, tailBytes + 1));
}

export async function inflateSlice(
  { index, bytes, whole }: Slice,
  { codec, blocks, plainBytes }: BlockedFile,
): Promise<Piece> {
  const start = index * blocks.blockBytes;
  const end = Math.min(start + blocks.blockBytes, plainBytes);
  const where = `block ${index + 1} of ${blocks.offsets.length} (from byte ${blocks.offsets[index]} of the file on)`;
  if (!whole) return { start, end, lost: "truncated", detail: `${where} isn't there whole: the file is cut off` };
  const data = await codec.restore(bytes, end - start);
  return data === undefined
    ? { start, end, lost: "changed", detail: `${where} can't be decompressed` }
    : { start, data };
}
