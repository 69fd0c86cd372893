import { ColdstoreError } from "../model/errors.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import type { ByteRange, Io } from "../ports/store.ts";
import type { Piece } from "./inflate-blocks.ts";
import { bytesIn, gapFor, mergeRanges } from "./merge-ranges.ts";
import { RangedBlocks } from "./ranged-blocks.ts";
import { readStored } from "./read-stored.ts";
import type { RestoreSource } from "./restore-source.ts";

/** Ranges of a set's tar, as one of its archives has them. */
export interface TarRanges {
  /** Bytes that are read of the archive. */
  readonly cost: number;
  /** The bytes of the tar that the ranges have, and some around them; in order, each once. */
  pieces(io: Io): AsyncIterable<Piece>;
}

/** How ranges of the tar are read from a tar, tar.gz or tar.zst of the set. Throws `integrity` when the manifest can't be right about it. */
export function tarRanges(
  source: RestoreSource,
  { archive, ranges }: { readonly archive: ManifestArtifact; readonly ranges: readonly ByteRange[] },
): TarRanges {
  const { tar } = source.content;
  if (archive.format !== "tar") {
    const blocked = new RangedBlocks(source, { artifact: archive, plainBytes: tar.bytes });
    const blocks = blocked.holding(ranges);
    return { cost: blocked.cost(blocks), pieces: (io) => blocked.pieces(blocks, io) };
  }
  if (archive.bytes !== tar.bytes)
    throw new ColdstoreError(
      "integrity",
      `the manifest has two sizes of the tar, ${archive.bytes} and ${tar.bytes} bytes. Use another copy of the set.`,
    );
  const merged = mergeRanges(ranges, gapFor(source.store.traits));
  return { cost: bytesIn(merged), pieces: (io) => plainPieces(source, { archive, ranges: merged }, io) };
}

async function* plainPieces(
  source: RestoreSource,
  { archive, ranges }: { readonly archive: ManifestArtifact; readonly ranges: readonly ByteRange[] },
  io: Io,
): AsyncGenerator<Piece, void, undefined> {
  for (const range of ranges) {
    let { start } = range;
    for await (const data of readStored(source, { artifact: archive, range }, io)) {
      yield { start, data };
      start += data.length;
    }
  }
}
