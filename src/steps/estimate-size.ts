import { promisify } from "node:util";
import { constants, deflateRaw } from "node:zlib";
import type { Repository, TreeEntry } from "../ports/repository.ts";
import { sampleBytes, sampleLead, type Sample, type SampledEntry } from "./sample-grid.ts";

// Blobs over this size are read as streams; smaller ones come many a process.
const streamedBytes = 4 * 1024 * 1024;

export interface EstimateRequest {
  readonly repository: Repository;
  readonly samples: readonly Sample[];
  readonly tarBytes: number;
  readonly prefix: string;
  /** Epoch seconds, for the headers. */
  readonly mtime: number;
  readonly level: number;
}

/** The compressed size of a tar, from samples of it: bytes, within a few per cent. */
export async function estimateSize(request: EstimateRequest, signal: AbortSignal): Promise<number> {
  const whole = request.samples.filter(({ start }) => start + sampleBytes <= request.tarBytes);
  if (whole.length === 0) return request.tarBytes;
  const windows = whole.map(({ start, entries }) => ({ start, entries, bytes: Buffer.alloc(sampleBytes) }));
  for (const window of windows) for (const sampled of window.entries) writeHeader(window, sampled, request);
  await fillContents(windows, request, signal);
  const sizes = await Promise.all(windows.map(async ({ bytes }) => compressedBytes(bytes, request.level)));
  signal.throwIfAborted();
  const sampled = windows.length * (sampleBytes - sampleLead);
  return Math.round((sizes.reduce((sum, size) => sum + size, 0) / sampled) * request.tarBytes);
}

interface Window {
  readonly start: number;
  readonly entries: readonly SampledEntry[];
  readonly bytes: Buffer;
}

const deflate = promisify(deflateRaw);

async function compressedBytes(window: Buffer, level: number): Promise<number> {
  const dictionary = window.subarray(0, sampleLead);
  const compressed = await deflate(window.subarray(sampleLead), {
    level,
    dictionary,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return (compressed as Buffer).length;
}

async function fillContents(
  windows: readonly Window[],
  { repository }: EstimateRequest,
  signal: AbortSignal,
): Promise<void> {
  const places = Map.groupBy(
    windows
      .flatMap((window) => window.entries.map((sampled) => ({ window, ...sampled })))
      .filter(({ entry }) => hasContent(entry)),
    ({ entry }) => entry.oid,
  );
  const small = [...places].flatMap(([oid, [first]]) =>
    first !== undefined && first.entry.bytes <= streamedBytes ? oid : [],
  );
  for await (const { oid, data } of repository.blobs(small, signal))
    for (const { window, offset } of places.get(oid) ?? []) copyInto(window, data, offset);
  for (const [oid, all] of places) {
    if ((all[0]?.entry.bytes ?? 0) <= streamedBytes) continue;
    let at = 0;
    for await (const chunk of await repository.openBlob(oid, signal)) {
      for (const { window, offset } of all) copyInto(window, chunk as Buffer, offset + at);
      at += (chunk as Buffer).length;
    }
  }
}

function hasContent(entry: TreeEntry): boolean {
  return entry.type === "file" && entry.bytes > 0;
}

/** Copies what of `data`, which begins at `offset` of the tar, lies in the window. */
function copyInto({ start, bytes }: Window, data: Uint8Array, offset: number): void {
  const from = Math.max(0, start - offset);
  const to = Math.min(data.length, start + bytes.length - offset);
  if (from < to) bytes.set(data.subarray(from, to), offset + from - start);
}

/** A header much like the one that git writes: what counts is how it compresses. */
function writeHeader(window: Window, { entry, offset }: SampledEntry, { prefix, mtime }: EstimateRequest): void {
  const header = Buffer.alloc(512);
  const isFolder = entry.type === "dir" || entry.type === "submodule";
  header.write(`${prefix}${entry.path}${isFolder ? "/" : ""}`.slice(-100), 0, "latin1");
  const size = entry.type === "file" ? entry.bytes : 0;
  const numbers = [entry.executable || isFolder ? "0000775" : "0000664", "0000000", "0000000"].join("\0");
  header.write(
    `${numbers}\0${size.toString(8).padStart(11, "0")}\0${mtime.toString(8).padStart(11, "0")}\0`,
    100,
    "latin1",
  );
  header.write(`${((size * 31 + entry.path.length * 97) % 0o200000).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  header.write(entry.type === "symlink" ? "2" : isFolder ? "5" : "0", 156, "latin1");
  header.write("ustar\u000000root", 257, "latin1");
  header.write("root", 297, "latin1");
  header.write("0000000\u00000000000", 329, "latin1");
  copyInto(window, header, offset - 512);
}
