import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import type { Piece } from "./inflate-blocks.ts";
import { nameSome } from "./name-some.ts";
import type { ListedEntry } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";
import { TarFiller } from "./tar-filler.ts";
import type { TarRanges } from "./tar-ranges.ts";
import type { TarStretch } from "./tar-stretches.ts";

/** What is to be brought back out of a set's tar. */
export interface StretchOrder {
  /** In the order of their starts. */
  readonly stretches: readonly TarStretch[];
  /** What of all that was asked for is left out. */
  readonly skipped: ReadonlySet<ListedEntry>;
  readonly target: RestoreTarget;
}

/**
 * Fills a target with what was asked for of a set's tar, every entry compared with the file list. Rejects with `integrity`, naming
 * the archive, when it isn't as the list has it; the target is of no use then.
 */
export async function restoreStretches(
  source: RestoreSource,
  {
    archive,
    ranges,
    order,
  }: { readonly archive: ManifestArtifact; readonly ranges: TarRanges; readonly order: StretchOrder },
  io: Io,
): Promise<void> {
  const fillers = order.stretches.map((stretch) => ({ stretch, filler: fillerOf(source, stretch, order) }));
  let first = 0;
  try {
    for await (const piece of ranges.pieces(io)) {
      io.signal.throwIfAborted();
      const end = "lost" in piece ? piece.end : piece.start + piece.data.length;
      for (let i = first; i < fillers.length; i++) {
        const { stretch, filler } = fillers[i] ?? {};
        if (stretch === undefined || filler === undefined || stretch.start >= end) break;
        if (stretch.end <= piece.start) continue;
        if ("lost" in piece) throw lossOf(piece, order.stretches);
        filler.push(piece.data.subarray(Math.max(0, stretch.start - piece.start), stretch.end - piece.start));
      }
      while ((fillers[first]?.stretch.end ?? Infinity) <= end) first += 1;
    }
    for (const { filler } of fillers) filler.endStretch();
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw ofArchive(archive.name, thrown);
  }
}

function fillerOf({ content }: RestoreSource, { start, listed, asked }: TarStretch, order: StretchOrder): TarFiller {
  const skipped = new Set(listed.filter((one) => !asked.has(one) || order.skipped.has(one)));
  const { prefix, source } = content;
  return new TarFiller({ expected: listed, skipped, target: order.target, prefix, commit: source?.commit }, start);
}

type LostPiece = Extract<Piece, { readonly lost: string }>;

/** What was asked for and lies in a lost piece of the tar, headers left aside. */
function lossOf(piece: LostPiece, stretches: readonly TarStretch[]): ColdstoreError {
  const hit = stretches.flatMap(({ asked }) =>
    [...asked].flatMap(({ entry: { path, offset, size } }) =>
      offset !== undefined && offset < piece.end && offset + size > piece.start ? path : [],
    ),
  );
  const lies = hit.length === 0 ? "" : `, and in it lies ${nameSome(hit)}`;
  return new ColdstoreError("integrity", `${piece.detail}${lies}. Use another copy of the set.`);
}

function ofArchive(name: string, thrown: unknown): unknown {
  const error = asColdstoreError(thrown);
  if (error.failure !== "integrity" || error.message.startsWith(name)) return thrown;
  return new ColdstoreError("integrity", `${name}: ${error.message}`, { cause: error });
}
