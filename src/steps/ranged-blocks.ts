import { ColdstoreError } from "../model/errors.ts";
import { blockIndexOf, type ManifestArtifact } from "../model/manifest.ts";
import type { ByteRange, Io } from "../ports/store.ts";
import { codecOf } from "./block-codec.ts";
import { inOrder } from "./in-order.ts";
import { type BlockedFile, cutsOf, inflateSlice, type Piece, type Slice } from "./inflate-blocks.ts";
import { bytesIn, gapFor, mergeRanges } from "./merge-ranges.ts";
import { readStored } from "./read-stored.ts";
import type { RestoreSource } from "./restore-source.ts";

const blocksInFlight = 8;

/** Single blocks of a set's file that is made of such. */
export class RangedBlocks {
  readonly #source: RestoreSource;
  readonly #artifact: ManifestArtifact;
  readonly #file: BlockedFile;
  /** Block i lies from cut i to the next. */
  readonly #cuts: readonly number[];

  /** Throws `integrity` when the file has no index of blocks, or one that can't be its own. */
  constructor(
    source: RestoreSource,
    { artifact, plainBytes }: { readonly artifact: ManifestArtifact; readonly plainBytes: number },
  ) {
    const codec = codecOf(artifact.format ?? "tar.gz");
    const blocks = blockIndexOf(artifact);
    if (codec === undefined || blocks === undefined)
      throw new ColdstoreError("integrity", `the manifest has no blocks of ${artifact.name}`);
    this.#source = source;
    this.#artifact = artifact;
    this.#file = { codec, blocks, bytes: artifact.bytes, plainBytes };
    this.#cuts = cutsOf(this.#file);
  }

  get count(): number {
    return this.#file.blocks.offsets.length;
  }

  /** Those that hold any of the uncompressed bytes of some ranges, each once, in order. */
  holding(ranges: readonly ByteRange[]): readonly number[] {
    const { blockBytes } = this.#file.blocks;
    const numbers = mergeRanges(
      ranges.map(({ start, end }) => ({ start: Math.floor(start / blockBytes), end: Math.ceil(end / blockBytes) })),
      0,
    );
    return numbers.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
  }

  /** How much is read for some blocks. */
  cost(blocks: readonly number[]): number {
    return bytesIn(this.#rangesOf(blocks));
  }

  /** What some blocks hold, given in order; read at once where they are neighbours, and inflated side by side. */
  async *pieces(blocks: readonly number[], io: Io): AsyncGenerator<Piece, void, undefined> {
    yield* inOrder(this.#slices(blocks, io), blocksInFlight, async (slice) => inflateSlice(slice, this.#file));
  }

  #rangesOf(blocks: readonly number[]): readonly ByteRange[] {
    return mergeRanges(
      blocks.map((block) => this.#rangeOf(block)),
      gapFor(this.#source.store.traits),
    );
  }

  #rangeOf(block: number): ByteRange {
    return { start: this.#cuts[block] ?? 0, end: this.#cuts[block + 1] ?? 0 };
  }

  async *#slices(blocks: readonly number[], io: Io): AsyncGenerator<Slice, void, undefined> {
    let next = 0;
    for (const range of this.#rangesOf(blocks)) {
      let at = range.start;
      let kept: Uint8Array[] = [];
      for await (const chunk of readStored(this.#source, { artifact: this.#artifact, range }, io)) {
        for (let rest = chunk; rest.length > 0;) {
          const index = blocks[next];
          if (index === undefined) break;
          const { start, end } = this.#rangeOf(index);
          const isGap = at < start;
          const part = rest.subarray(0, (isGap ? start : end) - at);
          at += part.length;
          rest = rest.subarray(part.length);
          if (isGap) continue;
          kept.push(Buffer.from(part));
          if (at < end) continue;
          yield { index, bytes: Buffer.concat(kept), whole: true };
          kept = [];
          next += 1;
        }
      }
    }
  }
}
