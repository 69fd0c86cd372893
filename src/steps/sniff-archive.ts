import { ColdstoreError } from "../model/errors.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import { gunzipped } from "./gunzip.ts";
import { parseTarHeader, tarBlockBytes } from "./tar-header.ts";
import { unzstd } from "./unzstd.ts";

/** An archive, told by its first bytes. */
export interface SniffedArchive {
  readonly format: ArchiveFormat;
  /** The tar, or the bytes of a zip. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** The numbers that files start with; an empty zip has just its end. */
const magics: readonly { readonly format: ArchiveFormat; readonly starts: readonly string[] }[] = [
  { format: "tar.gz", starts: ["1f8b"] },
  { format: "tar.zst", starts: ["28b52ffd", ...Array.from({ length: 16 }, (_, i) => `5${i.toString(16)}2a4d18`)] },
  { format: "zip", starts: ["504b0304", "504b0506"] },
];

/**
 * Tells a compressed file by its first bytes, and a tar by its first header. Rejects with `not-found` for a file that doesn't start
 * as any.
 */
export async function sniffArchive(source: AsyncIterable<Uint8Array>): Promise<SniffedArchive> {
  const file = await peek(source);
  const hex = file.start.toString("hex", 0, 4);
  const format = magics.find(({ starts }) => starts.some((start) => hex.startsWith(start)))?.format ?? "tar";
  if (format === "zip") return { format, content: file.whole };
  const { start, whole } = format === "tar" ? file : await peek(unpacked(format, file.whole));
  if (!startsAsTar(start)) throw new ColdstoreError("not-found", "it isn't a tar, tar.gz, tar.zst or zip");
  return { format, content: whole };
}

function unpacked(format: "tar.gz" | "tar.zst", source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return format === "tar.gz" ? gunzipped(source) : unzstd(source);
}

/** The first 512 bytes, or what there is, and all of it from the start. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly start: Buffer; readonly whole: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes < tarBlockBytes;) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  const start = Buffer.concat(head);
  const rest = { [Symbol.asyncIterator]: () => chunks };
  return { start: start.subarray(0, tarBlockBytes), whole: rejoined(start, rest) };
}

/** A header, the end of a tar without entries, or a start that still has the magic although it is damaged. */
function startsAsTar(block: Buffer): boolean {
  return block.toString("latin1", 257, 262) === "ustar" || isHeader(block) || isEmptyTar(block);
}

/** Tars from before POSIX have no magic, but the checksum. */
function isHeader(block: Buffer): boolean {
  try {
    return block.length === tarBlockBytes && parseTarHeader(block, 0).path.length > 0;
  } catch {
    return false;
  }
}

function isEmptyTar(block: Buffer): boolean {
  return block.length === tarBlockBytes && block.every((byte) => byte === 0);
}

async function* rejoined(
  start: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield start;
  yield* rest;
}
