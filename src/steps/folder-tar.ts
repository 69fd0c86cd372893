import { ColdstoreError } from "../model/errors.ts";
import { bytesOf } from "./byte-text.ts";
import { atHand, diskFileOf } from "./fetch-ahead.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { blobRunAt, putBlobs } from "./put-blobs.ts";
import { EntryPutter, type Rest } from "./put-entries.ts";
import { tarBlockBytes } from "./tar-header.ts";
import { headOf, prefixFolders, type ShadowTar, TarWriter } from "./tar-writer.ts";
import { tarEnd, tarHeadBytes } from "./write-tar-header.ts";

export interface FolderTarRequest {
  /** In the archive's order. */
  readonly entries: readonly FolderEntry[];
  /** Empty, or ending with a slash. */
  readonly prefix: string;
  /** What a Git LFS pointer becomes: its content, or else it stays as it is. */
  readonly lfs: "fail" | "include" | "pointers";
  /** Time of the prefix's own folders, epoch seconds. */
  readonly mtimeOfPrefix: number;
  /** Other prefixes to give the digests for. */
  readonly shadows?: readonly string[];
  /** `reused`: a chunk is good until the next one is asked for. */
  readonly chunks?: "kept" | "reused";
  readonly signal: AbortSignal;
}

/** What is known when the tar has ended: it under the other prefixes, in their order. */
export interface FolderTarEnd {
  readonly shadows: readonly ShadowTar[];
}

/**
 * The tar `coldstore-tar/1` of a folder, in chunks of 512 KiB: it depends on the entries, their contents and the prefix alone.
 * Rejects with `source` when a content is missing or keeps changing. A file over 4 MiB that changes while it goes by, or
 * a file that vanished, rejects with a transient one: half a tar is worth nothing then, and the whole has to be made anew.
 */
export async function* folderTar(request: FolderTarRequest): AsyncGenerator<Uint8Array, FolderTarEnd, undefined> {
  const { entries, prefix, shadows = [], mtimeOfPrefix: mtime, signal } = request;
  const writer = new TarWriter({ prefix, shadows, mtime });
  const put = new EntryPutter(writer, request);
  for await (const stretch of atHand(entries, diskFileOf, signal)) {
    for (let at = 0; at < stretch.length;) {
      signal.throwIfAborted();
      const run = blobRunAt(stretch, at);
      const rest = run === undefined ? putOne(stretch[at], put) : putBlobs(run, put, signal);
      if (rest !== undefined) yield* rest;
      for (const chunk of writer.full()) {
        yield chunk;
        if (request.chunks === "reused") writer.reuse(chunk);
      }
      at += run?.entries.length ?? 1;
    }
  }
  const ended = writer.end();
  yield* writer.full();
  return { shadows: ended };
}

function putOne(entry: FolderEntry | undefined, put: EntryPutter): Rest {
  if (entry?.type === "file" && entry.content.kind === "disk") return put.file(entry, entry.content);
  if (entry === undefined || entry.type === "file") throw new ColdstoreError("bug", "a file is of no run of blobs");
  put.plain(entry);
  return undefined;
}

/** Exact size of a folder's tar when no file changes any more. */
export function tarBytesOf(entries: readonly FolderEntry[], prefix: string): number {
  let end = prefixBytes(prefix);
  for (const { entry, offset } of tarOffsets(entries, prefix)) end = offset + contentBytes(entry);
  return end + tarEnd(end).length;
}

/** Where in such a tar the content of each entry starts. */
export function* tarOffsets(
  entries: readonly FolderEntry[],
  prefix: string,
): Generator<{ readonly entry: FolderEntry; readonly offset: number }, void, undefined> {
  const top = bytesOf(prefix);
  let at = prefixBytes(prefix);
  for (const entry of entries) {
    const size = entry.type === "file" ? entry.bytes : 0;
    at += tarHeadBytes(headOf({ ...entry, size }, top));
    yield { entry, offset: at };
    at += contentBytes(entry);
  }
}

function prefixBytes(prefix: string): number {
  return prefixFolders(bytesOf(prefix), 0).reduce((sum, head) => sum + tarHeadBytes(head), 0);
}

function contentBytes(entry: FolderEntry): number {
  return entry.type === "file" ? Math.ceil(entry.bytes / tarBlockBytes) * tarBlockBytes : 0;
}
