import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { BlockIndex } from "../model/artifact.ts";
import type { Entry } from "../model/entry.ts";
import type { Io, Store } from "../ports/store.ts";
import { checkArchive } from "./check-archive.ts";
import type { ArchiveFinding } from "./compare-entries.ts";
import { readFileList } from "./file-list.ts";
import { gunzipped } from "./gunzip.ts";
import { type JoinedFile, openJoined, type PartRead } from "./joined-file.ts";

/** An archive in a store, with what its manifest says of it. */
export interface StoredArchive {
  readonly file: JoinedFile;
  /** Told of each part, if it is split. */
  readonly partRead?: PartRead;
  /** Key of the set's file list. */
  readonly listKey: string;
  readonly format: ArchiveFormat;
  readonly blocks?: BlockIndex | undefined;
  readonly artifact: Digest;
  readonly tar: Digest;
  readonly prefix: string;
}

/** Reads a stored archive whole and compares it with its digests and, entry by entry, with its file list. */
export async function checkStoredArchive(
  store: Store,
  archive: StoredArchive,
  io: Io,
): Promise<readonly ArchiveFinding[]> {
  const { file, listKey, format, blocks, artifact, tar, prefix, partRead } = archive;
  // The store counts what it reads; the list was read and counted when it was proven.
  const { signal } = io;
  const progress = () => undefined;
  return checkArchive({
    format,
    artifact,
    tar,
    prefix,
    ...(blocks && { blocks }),
    open: async (range) => openJoined(store, { file, range, ...(range === undefined && partRead && { partRead }) }, io),
    entries: readStoredList(store, listKey, { signal, progress }),
    io: { signal, progress },
  });
}

/** The entries of a stored file list. Rejects with `integrity` where it is damaged. */
async function* readStoredList(store: Store, key: string, io: Io): AsyncGenerator<Entry, void, undefined> {
  yield* readFileList(gunzipped(await store.open(key, undefined, io)));
}
