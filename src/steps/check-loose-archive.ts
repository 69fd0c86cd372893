import { createHash } from "node:crypto";
import { addAbortSignal } from "node:stream";
import { ColdstoreError } from "../model/errors.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import { gunzipped } from "./gunzip.ts";
import { MemberReader } from "./read-entries.ts";
import { parseTarHeader, tarBlockBytes } from "./tar-header.ts";
import { readLooseZip } from "./read-loose-zip.ts";
import { TarReader } from "./tar-reader.ts";
import { unzstd } from "./unzstd.ts";
import type { RangedFile } from "./zip-directory.ts";

/** What an archive tells of itself when nothing lies beside it. */
export interface LooseArchive {
  readonly format: ArchiveFormat;
  /** Size and digest of the file. */
  readonly artifact: Digest;
  /** Size and digest of the uncompressed tar; a zip has none. */
  readonly tar?: Digest;
  /** Bytes of the tar, or of all that a zip's entries hold. */
  readonly unpackedBytes: number;
  /** Members, folders counted. */
  readonly entries: number;
  /** The commit that git wrote into the archive. */
  readonly commit?: string;
}

export interface LooseOptions extends RangedFile {
  /** `progress` is given the bytes of the file since the last call. */
  readonly io: { readonly signal: AbortSignal; progress(bytes: number): void };
}

/**
 * Reads a tar, tar.gz, tar.zst or zip, whoever made it, to its end. Rejects with `integrity` when it isn't a whole one or has
 * what can't be read, such as encrypted entries, and with `not-found` when it doesn't even start as one.
 */
export async function checkLooseArchive(options: LooseOptions): Promise<LooseArchive> {
  const { io } = options;
  io.signal.throwIfAborted();
  const source = addAbortSignal(io.signal, await options.open());
  try {
    const tally = { sha256: createHash("sha256"), bytes: 0 };
    const opened = await sniff(counted(source, { io, tally }));
    const found = opened.format === "zip" ? await readLooseZip(opened.content, options) : await readTar(opened);
    const artifact = { bytes: tally.bytes, sha256: tally.sha256.digest("hex") };
    return { format: opened.format, artifact, ...found };
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  } finally {
    source.destroy();
  }
}

interface Opened {
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

/** Tells a compressed file by its first bytes, and a tar by its first header. */
async function sniff(source: AsyncIterable<Uint8Array>): Promise<Opened> {
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

async function readTar({ content }: Opened): Promise<Omit<LooseArchive, "format" | "artifact">> {
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: false });
  const sha256 = createHash("sha256");
  let entries = 0;
  for await (const chunk of content) {
    sha256.update(chunk);
    for (const _ of members.push(chunk)) entries += 1;
  }
  reader.end();
  const commit = members.comments.find((comment) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(comment));
  const digest = { bytes: reader.position, sha256: sha256.digest("hex") };
  return { tar: digest, unpackedBytes: digest.bytes, entries, ...(commit !== undefined && { commit }) };
}

interface Counting {
  readonly io: LooseOptions["io"];
  readonly tally: { readonly sha256: ReturnType<typeof createHash>; bytes: number };
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  { io, tally }: Counting,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source) {
    io.signal.throwIfAborted();
    tally.sha256.update(chunk);
    tally.bytes += chunk.length;
    io.progress(chunk.length);
    yield chunk;
  }
}
