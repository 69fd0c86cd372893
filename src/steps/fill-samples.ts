import type { BlobPiece, Repository } from "../ports/repository.ts";
import type { SnapshotEntry } from "./commit-tree.ts";
import { readLfsPart } from "./lfs-content.ts";
import { sampleBytes, type Sample, type SampledEntry } from "./sample-grid.ts";

export interface SampledTar {
  readonly repository: Repository;
  readonly samples: readonly Sample[];
  readonly prefix: string;
  /** Epoch seconds, for the headers. */
  readonly mtime: number;
}

/** Reads what lies in the samples of a tar that isn't made: the bytes of each are handed on as soon as they are complete. */
export async function fillSamples(
  tar: SampledTar,
  signal: AbortSignal,
  filled: (bytes: Buffer, index: number) => void,
): Promise<void> {
  const windows = tar.samples.map((sample, index) =>
    openWindow(tar, sample, () => filled(windows[index]?.bytes ?? empty, index)),
  );
  const places = windows.flatMap(placesIn);
  for (const window of windows) window.settle();
  const [contents, blobs] = partition(places, ({ entry }) => entry.lfs !== undefined);
  for (const [repository, owned] of Map.groupBy(blobs, ({ entry }) => entry.repository ?? tar.repository))
    await fillFromBlobs(repository, owned, signal);
  for (const place of contents) await fillFromContent(place, place.entry.repository ?? tar.repository);
}

async function fillFromBlobs(repository: Repository, owned: readonly Place[], signal: AbortSignal): Promise<void> {
  const places = Map.groupBy(owned, ({ entry }) => entry.oid);
  const read = async (oids: readonly string[]) => {
    for await (const pieces of repository.blobPieces(oids, signal))
      for (const piece of pieces) for (const place of places.get(piece.oid) ?? []) fill(place, piece);
  };
  await Promise.all(halves(places).map(read));
}

/** Reads of a Git LFS content what the window holds; of one that isn't there, nothing. */
async function fillFromContent(place: Place, repository: Repository): Promise<void> {
  const { window, entry, offset } = place;
  const from = Math.max(0, window.start - offset);
  const bytes = Math.min(entry.bytes - from, sampleBytes);
  const data = entry.lfs && (await readLfsPart({ repository, pointer: entry.lfs, from, bytes }));
  fill(place, { oid: entry.oid, offset: from, data: data ?? empty, last: true });
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** The ids in two lists of about as many bytes: git unpacks objects on one core, and two of it on two. */
function halves(places: ReadonlyMap<string, readonly Place[]>): readonly (readonly string[])[] {
  const sizes = [...places].map(([oid, [first]]) => ({ oid, bytes: first?.entry.bytes ?? 0 }));
  const half = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 2;
  let before = 0;
  const lists: [string[], string[]] = [[], []];
  for (const { oid, bytes } of sizes) {
    lists[before + bytes / 2 < half ? 0 : 1].push(oid);
    before += bytes;
  }
  return lists;
}

const empty = Buffer.alloc(0);

/** The bytes of a sample, and how many entries are still to be read into it. */
interface Window {
  readonly start: number;
  readonly entries: readonly SampledEntry[];
  readonly bytes: Buffer;
  waiting: number;
  /** Tells that it is complete, if it is. */
  settle(): void;
}

interface Place extends SampledEntry {
  readonly window: Window;
}

function openWindow({ prefix, mtime }: SampledTar, { start, entries }: Sample, complete: () => void): Window {
  const window: Window = {
    start,
    entries,
    bytes: Buffer.alloc(sampleBytes),
    waiting: entries.filter(({ entry }) => hasContent(entry)).length,
    settle() {
      if (window.waiting === 0) complete();
    },
  };
  for (const { entry, offset } of entries) copyInto(window, headerOf(entry, prefix, mtime), offset - 512);
  return window;
}

function placesIn(window: Window): Place[] {
  return window.entries.filter(({ entry }) => hasContent(entry)).map((sampled) => ({ window, ...sampled }));
}

function hasContent(entry: SnapshotEntry): boolean {
  return entry.type === "file" && entry.bytes > 0;
}

function fill({ window, offset }: Place, piece: BlobPiece): void {
  copyInto(window, piece.data, offset + piece.offset);
  if (!piece.last) return;
  window.waiting -= 1;
  window.settle();
}

/** Copies what of `data`, which begins at `offset` of the tar, lies in the window. */
function copyInto({ start, bytes }: Window, data: Uint8Array, offset: number): void {
  const from = Math.max(0, start - offset);
  const to = Math.min(data.length, start + bytes.length - offset);
  if (from < to) bytes.set(data.subarray(from, to), offset + from - start);
}

/** A header much like the one that git writes: what counts is how it compresses. */
function headerOf(entry: SnapshotEntry, prefix: string, mtime: number): Buffer {
  const header = Buffer.alloc(512);
  const isFolder = entry.type === "dir" || entry.type === "submodule";
  header.write(`${prefix}${entry.path}${isFolder ? "/" : ""}`.slice(-100), 0, "latin1");
  const size = entry.type === "file" ? entry.bytes : 0;
  const numbers = [entry.executable || isFolder ? "0000775" : "0000664", "0000000", "0000000"].join("\0");
  const times = `${size.toString(8).padStart(11, "0")}\0${mtime.toString(8).padStart(11, "0")}`;
  header.write(`${numbers}\0${times}\0`, 100, "latin1");
  // Checksums differ from header to header in much this way; their sum isn't read by anybody.
  header.write(`${((size * 31 + entry.path.length * 97) % 0o200000).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  header.write(entry.type === "symlink" ? "2" : isFolder ? "5" : "0", 156, "latin1");
  header.write("ustar\u000000root", 257, "latin1");
  header.write("root", 297, "latin1");
  header.write("0000000\u00000000000", 329, "latin1");
  return header;
}
