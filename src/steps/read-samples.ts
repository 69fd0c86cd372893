import type { Repository } from "../ports/repository.ts";
import type { SnapshotEntry } from "./commit-tree.ts";
import type { ContentPiece, ContentReader, WantedContent } from "./fill-samples.ts";
import { lfsPart } from "./lfs-content.ts";

type Wanted = WantedContent<SnapshotEntry>;
type Give = (piece: ContentPiece<SnapshotEntry>) => void;

/** Reads the content of a snapshot's entries: blobs of the repository and of submodules, and what Git LFS keeps. */
export function snapshotReader(repository: Repository): ContentReader<SnapshotEntry> {
  return async (wanted, give, signal) => {
    const stored = wanted.filter(({ entry }) => entry.lfs !== undefined);
    const blobs = wanted.filter(({ entry }) => entry.lfs === undefined);
    for (const [owner, owned] of Map.groupBy(blobs, ({ entry }) => entry.repository ?? repository))
      await readBlobs(owner, owned, { give, signal });
    for (const one of stored) await readStored(one.entry.repository ?? repository, one, { give, signal });
  };
}

interface Reading {
  readonly give: Give;
  readonly signal: AbortSignal;
}

/** Every blob once, for all entries that have it. */
async function readBlobs(repository: Repository, wanted: readonly Wanted[], { give, signal }: Reading): Promise<void> {
  const sharers = Map.groupBy(wanted, ({ entry }) => entry.oid);
  const read = async (oids: readonly string[]) => {
    for await (const pieces of repository.blobPieces(oids, signal))
      for (const piece of pieces) for (const { entry } of sharers.get(piece.oid) ?? []) give({ ...piece, entry });
  };
  await Promise.all(halves(sharers).map(read));
}

/** The ids in two lists of about as many bytes: git unpacks objects on one core, and two of it on two. */
function halves(sharers: ReadonlyMap<string, readonly Wanted[]>): readonly (readonly string[])[] {
  const sizes = [...sharers].map(([oid, [first]]) => ({ oid, bytes: first?.entry.bytes ?? 0 }));
  const half = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 2;
  let before = 0;
  const lists: [string[], string[]] = [[], []];
  for (const { oid, bytes } of sizes) {
    lists[before + bytes / 2 < half ? 0 : 1].push(oid);
    before += bytes;
  }
  return lists;
}

/** Of a content that isn't here there is nothing to read: what stands against the snapshot says so. */
async function readStored(
  repository: Repository,
  { entry, from, to }: Wanted,
  { give, signal }: Reading,
): Promise<void> {
  const { lfs: pointer } = entry;
  if (pointer === undefined) return;
  let offset = from;
  for await (const data of lfsPart({ repository, pointer, signal }, { from, to })) {
    give({ entry, offset, data, last: false });
    offset += data.length;
  }
  give({ entry, offset, data: new Uint8Array(), last: true });
}
