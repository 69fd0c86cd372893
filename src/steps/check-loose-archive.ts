import { createHash } from "node:crypto";
import { addAbortSignal, type Readable } from "node:stream";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import { gunzipped } from "./gunzip.ts";
import { MemberReader } from "./read-entries.ts";
import { TarReader } from "./tar-reader.ts";

/** What an archive tells of itself when nothing lies beside it. */
export interface LooseArchive {
  readonly format: ArchiveFormat;
  /** Size and digest of the file. */
  readonly artifact: Digest;
  /** Size and digest of the uncompressed tar. */
  readonly tar: Digest;
  /** Members of the tar, folders counted. */
  readonly entries: number;
  /** The commit that git wrote into the archive. */
  readonly commit?: string;
}

export interface LooseOptions {
  open(): Promise<Readable>;
  /** `progress` is given the bytes of the file since the last call. */
  readonly io: { readonly signal: AbortSignal; progress(bytes: number): void };
}

/** Reads a tar or tar.gz, whoever made it, to its end. Rejects with `integrity` when it isn't a whole one. */
export async function checkLooseArchive(options: LooseOptions): Promise<LooseArchive> {
  const { io } = options;
  io.signal.throwIfAborted();
  const source = addAbortSignal(io.signal, await options.open());
  try {
    const tally = { sha256: createHash("sha256"), bytes: 0 };
    const opened = await sniff(counted(source, { io, tally }));
    const found = await readTar(opened);
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
  readonly tar: AsyncIterable<Uint8Array>;
}

/** Tells a gzip by its first two bytes. */
async function sniff(source: AsyncGenerator<Uint8Array, void, undefined>): Promise<Opened> {
  const head: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < 2) {
    const next = await source.next();
    if (next.done === true) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  const start = Buffer.concat(head);
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const whole = rejoined(start, source);
  return isGzip ? { format: "tar.gz", tar: gunzipped(whole) } : { format: "tar", tar: whole };
}

async function* rejoined(
  start: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield start;
  yield* rest;
}

async function readTar({ tar }: Opened): Promise<Omit<LooseArchive, "format" | "artifact">> {
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: false });
  const sha256 = createHash("sha256");
  let entries = 0;
  for await (const chunk of tar) {
    sha256.update(chunk);
    for (const _ of members.push(chunk)) entries += 1;
  }
  reader.end();
  const commit = members.comments.find((comment) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(comment));
  const digest = { bytes: reader.position, sha256: sha256.digest("hex") };
  return { tar: digest, entries, ...(commit !== undefined && { commit }) };
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
