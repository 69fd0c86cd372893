import { constants, inflateRaw } from "node:zlib";
import type { BlockIndex } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import { gzipHeaderBytes, gzipTailBytes } from "./compress-blocks.ts";
import { inOrder } from "./in-order.ts";

/** A stretch of uncompressed bytes from `start` on: as read, or lost, and then why. */
export type Piece =
  | { readonly start: number; readonly data: Uint8Array }
  | { readonly start: number; readonly end: number; readonly lost: "changed" | "truncated"; readonly detail: string };

/** One stretch of a compressed file between two offsets; short when the file ends in it. */
interface Slice {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly whole: boolean;
}

export interface BlockedFile {
  readonly blocks: BlockIndex;
  /** Size of the compressed file. */
  readonly bytes: number;
  /** Size of what it holds. */
  readonly plainBytes: number;
}

/** What a blocked gzip file has around its blocks; shorter than it should be when the file is. */
export interface GzipFrame {
  header: Uint8Array;
  tail: Uint8Array;
}

const blocksInFlight = 8;

/**
 * Inflates the blocks of a file side by side, each on its own, in order. A block that doesn't inflate to exactly its
 * bytes is a lost piece, and the next ones go on. `frame` gets the header and the tail. Rejects with `integrity` when
 * the index can't be that of such a file.
 */
export async function* inflateBlocks(
  source: AsyncIterable<Uint8Array>,
  file: BlockedFile,
  frame: GzipFrame,
): AsyncGenerator<Piece, void, undefined> {
  const cuts = cutsOf(file);
  yield* inOrder(slicesOf(source, cuts, frame), blocksInFlight, async (slice) => inflateSlice(slice, file));
}

/** Inflates one block, given exactly its bytes in the file; undefined when it isn't a whole block of that many bytes. */
async function inflateBlock(block: Uint8Array, plainBytes: number): Promise<Uint8Array | undefined> {
  const options = {
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: plainBytes + 64,
    maxOutputLength: plainBytes + 1,
    info: true,
  };
  return new Promise((resolve) => {
    inflateRaw(block, options, (error, result) => {
      const inflated = error === null ? inflatedOf(result) : undefined;
      const whole = inflated?.data.length === plainBytes && inflated.consumed === block.length;
      resolve(whole ? inflated.data : undefined);
    });
  });
}

/** The declared type of the callback leaves out what `info` changes in it. */
function inflatedOf(result: unknown): { data: Uint8Array; consumed: number } {
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
  return { data: buffer, consumed: engine.bytesWritten };
}

/** Where the file is cut: header, each block, tail. */
function cutsOf({ blocks, bytes, plainBytes }: BlockedFile): readonly number[] {
  const { offsets, blockBytes } = blocks;
  const cuts = [...offsets, bytes - gzipTailBytes];
  // No deflated block is much larger than what it holds; this bounds the memory that an index can ask for.
  const limit = 2 * blockBytes + 1024;
  const fits =
    blockBytes > 0 &&
    offsets.length === Math.ceil(plainBytes / blockBytes) &&
    cuts[0] === gzipHeaderBytes &&
    cuts.every((cut, i) => i === 0 || (cut > (cuts[i - 1] ?? 0) && cut - (cuts[i - 1] ?? 0) <= limit));
  if (fits) return cuts;
  throw new ColdstoreError(
    "integrity",
    "the index of blocks doesn't fit the file's size; the manifest is damaged. Use another copy of the set.",
  );
}

async function* slicesOf(
  source: AsyncIterable<Uint8Array>,
  cuts: readonly number[],
  frame: GzipFrame,
): AsyncGenerator<Slice, void, undefined> {
  let kept: Uint8Array[] = [];
  let position = 0;
  let next = 0;
  const take = (): Uint8Array => {
    const whole = Buffer.concat(kept);
    kept = [];
    return whole;
  };
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const cut = cuts[next] ?? Infinity;
      const part = chunk.subarray(at, at + cut - position);
      at += part.length;
      position += part.length;
      kept.push(next === cuts.length ? tailPart(part, kept) : Buffer.from(part));
      if (position < cut) continue;
      next += 1;
      if (next === 1) frame.header = take();
      else yield { index: next - 2, bytes: take(), whole: true };
    }
  }
  if (next === 0) frame.header = take();
  else if (next === cuts.length) frame.tail = take();
  else yield { index: next - 1, bytes: take(), whole: false };
  for (let lost = next; lost < cuts.length - 1; lost++) yield { index: lost, bytes: new Uint8Array(), whole: false };
}

/** Bytes behind the trailer are only worth noticing, not keeping. */
function tailPart(part: Uint8Array, kept: readonly Uint8Array[]): Uint8Array {
  const have = kept.reduce((sum, bytes) => sum + bytes.length, 0);
  return Buffer.from(part.subarray(0, Math.max(0, gzipTailBytes + 1 - have)));
}

async function inflateSlice({ index, bytes, whole }: Slice, { blocks, plainBytes }: BlockedFile): Promise<Piece> {
  const start = index * blocks.blockBytes;
  const end = Math.min(start + blocks.blockBytes, plainBytes);
  const where = `block ${index + 1} of ${blocks.offsets.length} (from byte ${blocks.offsets[index]} of the file on)`;
  if (!whole) return { start, end, lost: "truncated", detail: `${where} isn't there whole: the file is cut off` };
  const data = await inflateBlock(bytes, end - start);
  return data === undefined ? { start, end, lost: "changed", detail: `${where} can't be inflated` } : { start, data };
}
