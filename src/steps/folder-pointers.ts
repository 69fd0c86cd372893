import { setImmediate } from "node:timers/promises";
import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { textOf } from "./byte-text.ts";
import type { FileEntry } from "./entry-content.ts";
import { atHand, diskFileOf } from "./fetch-ahead.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { hasPointerSize, parsePointer, usesExtensions } from "./lfs-pointer.ts";

/** A file of a folder that is a Git LFS pointer. */
export interface FoundPointer {
  readonly entry: FileEntry;
  readonly pointer: LfsPointer;
  /** As `usesExtensions` says. */
  readonly extended: boolean;
}

// So many files at a time; between them an abort is heard.
const atOnce = 4096;

// So many ids are given to one process, which costs a few milliseconds.
const blobsAtOnce = 20_000;

/** The Git LFS pointers among a folder's entries, in their order; files that can't be read are none. Reads every file of such a size. */
export async function findFolderPointers(
  entries: readonly FolderEntry[],
  signal: AbortSignal,
): Promise<readonly FoundPointer[]> {
  const small = entries.filter((entry) => entry.type === "file").filter(({ bytes }) => hasPointerSize(bytes));
  const found = new Map<FileEntry, FoundPointer>();
  const note = (entry: FileEntry, data: Uint8Array): void => {
    const pointer = parsePointer(data, textOf(entry.path));
    if (pointer !== undefined) found.set(entry, { entry, pointer, extended: usesExtensions(data) });
  };
  for await (const stretch of atHand(small, diskFileOf, signal)) {
    for (let i = 0; i < stretch.length; i += atOnce) {
      for (const entry of stretch.slice(i, i + atOnce)) readFromDisk(entry, note);
      await setImmediate();
      signal.throwIfAborted();
    }
  }
  await readBlobs(small, note, signal);
  return small.flatMap((entry) => found.get(entry) ?? []);
}

type Note = (entry: FileEntry, data: Uint8Array) => void;

/** What stands against reading a file is told when its turn to be packed comes. */
function readFromDisk(entry: FileEntry, note: Note): void {
  const { content } = entry;
  if (content.kind !== "disk") return;
  try {
    const data = content.disk.read(content.path, content.looked);
    if (data !== undefined) note(entry, data);
  } catch (error) {
    if (!(error instanceof ColdstoreError)) throw error;
  }
}

async function readBlobs(entries: readonly FileEntry[], note: Note, signal: AbortSignal): Promise<void> {
  const inBlobs = entries.flatMap((entry) => (entry.content.kind === "blob" ? [{ entry, blob: entry.content }] : []));
  for (const [repository, owned] of Map.groupBy(inBlobs, ({ blob }) => blob.repository)) {
    for (let i = 0; i < owned.length; i += blobsAtOnce) {
      const batch = owned.slice(i, i + blobsAtOnce);
      const waiting = batch.values();
      const oids = batch.map(({ blob }) => blob.oid);
      for await (const { data } of repository.blobs(oids, signal)) {
        const { value } = waiting.next();
        if (value !== undefined) note(value.entry, data);
      }
    }
  }
}
