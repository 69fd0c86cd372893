import { type GridEntry, type Sample, sampleBytes, type SampledEntry } from "./sample-grid.ts";

/** An entry whose content is wanted, from one byte of it up to (not with) another; more may be given. */
export interface WantedContent<E> {
  readonly entry: E;
  readonly from: number;
  readonly to: number;
  /** The stretches in it that are really looked at, in order; they may overlap. */
  readonly parts: readonly { readonly from: number; readonly to: number }[];
}

/** A part of what was wanted; `offset` is that of its first byte in the content. */
export interface ContentPiece<E> {
  readonly entry: E;
  readonly offset: number;
  readonly data: Uint8Array;
  /** Nothing of this entry comes after it. */
  readonly last: boolean;
}

/** Reads the content of entries, each once, in any order, and gives it piece by piece. */
export type ContentReader<E> = (
  wanted: readonly WantedContent<E>[],
  give: (piece: ContentPiece<E>) => void,
  signal: AbortSignal,
) => Promise<void>;

export interface SampledTar<E extends GridEntry> {
  readonly samples: readonly Sample<E>[];
  readonly prefix: string;
  /** Epoch seconds, for the headers. */
  readonly mtime: number;
  readonly read: ContentReader<E>;
}

/** Reads what lies in the samples of a tar that isn't made: the bytes of each are handed on as soon as they are complete. */
export async function fillSamples<E extends GridEntry>(
  tar: SampledTar<E>,
  signal: AbortSignal,
  filled: (bytes: Buffer, index: number) => void,
): Promise<void> {
  const windows = tar.samples.map((sample, index) =>
    openWindow(tar, sample, () => filled(windows[index]?.bytes ?? empty, index)),
  );
  const places = Map.groupBy(windows.flatMap(placesIn), ({ entry }) => entry);
  for (const window of windows) window.settle();
  const give = (piece: ContentPiece<E>) => {
    for (const place of places.get(piece.entry) ?? []) fill(place, piece);
  };
  await tar.read([...places].map(wantedOf), give, signal);
}

function wantedOf<E extends GridEntry>([entry, places]: readonly [E, readonly Place<E>[]]): WantedContent<E> {
  const parts = places.map(({ window, offset }) => ({
    from: Math.max(0, window.start - offset),
    to: Math.min(window.start + sampleBytes - offset, entry.bytes),
  }));
  const from = Math.min(...parts.map((part) => part.from));
  const to = Math.max(...parts.map((part) => part.to));
  return { entry, from, to, parts: parts.sort((a, b) => a.from - b.from) };
}

const empty = Buffer.alloc(0);

/** The bytes of a sample, and how many entries are still to be read into it. */
interface Window<E extends GridEntry> {
  readonly start: number;
  readonly entries: readonly SampledEntry<E>[];
  readonly bytes: Buffer;
  waiting: number;
  /** Tells that it is complete, if it is. */
  settle(): void;
}

interface Place<E extends GridEntry> extends SampledEntry<E> {
  readonly window: Window<E>;
}

function openWindow<E extends GridEntry>(
  { prefix, mtime }: SampledTar<E>,
  { start, entries }: Sample<E>,
  complete: () => void,
): Window<E> {
  const window: Window<E> = {
    start,
    entries,
    bytes: Buffer.alloc(sampleBytes),
    waiting: entries.filter(reaches(start)).length,
    settle() {
      if (window.waiting === 0) complete();
    },
  };
  for (const { entry, offset } of entries) copyInto(window, headerOf(entry, prefix, mtime), offset - 512);
  return window;
}

function placesIn<E extends GridEntry>(window: Window<E>): Place<E>[] {
  return window.entries.filter(reaches(window.start)).map((sampled) => ({ window, ...sampled }));
}

/** Whether any content of an entry lies in the window, not just its header. */
function reaches(start: number): (sampled: SampledEntry<GridEntry>) => boolean {
  return ({ entry: { type, bytes }, offset }) =>
    type === "file" && bytes > 0 && offset < start + sampleBytes && offset + bytes > start;
}

function fill<E extends GridEntry>({ window, offset }: Place<E>, piece: ContentPiece<E>): void {
  copyInto(window, piece.data, offset + piece.offset);
  if (!piece.last) return;
  window.waiting -= 1;
  window.settle();
}

/** Copies what of `data`, which begins at `offset` of the tar, lies in the window. */
function copyInto(
  { start, bytes }: Pick<Window<GridEntry>, "start" | "bytes">,
  data: Uint8Array,
  offset: number,
): void {
  const from = Math.max(0, start - offset);
  const to = Math.min(data.length, start + bytes.length - offset);
  if (from < to) bytes.set(data.subarray(from, to), offset + from - start);
}

/** A header much like the one that git writes: what counts is how it compresses. */
function headerOf(entry: GridEntry, prefix: string, mtime: number): Buffer {
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
