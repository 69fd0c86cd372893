import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { ByteRange, Io, Store } from "../ports/store.ts";

/** One of the objects that make up a file. */
export interface FilePart {
  readonly key: string;
  readonly bytes: number;
  /** It isn't there, or not with this size: zeros stand for what is lacking, so that the rest keeps its place. */
  readonly isLost?: boolean;
}

/** A file in a store: whole, or in parts that joined are it. */
export type JoinedFile = readonly FilePart[];

/** Told the SHA-256 of each part that was read from its first byte to its last. */
export type PartRead = (part: FilePart, sha256: string) => void;

/**
 * The bytes of a file, or of a range of it. An error names the part that it is about. A file that isn't split comes as it
 * lies there, however long it is.
 */
export async function openJoined(
  store: Store,
  {
    file,
    range,
    partRead,
  }: { readonly file: JoinedFile; readonly range?: ByteRange | undefined; readonly partRead?: PartRead },
  io: Io,
): Promise<Readable> {
  const [only, second] = file;
  if (only !== undefined && second === undefined) return store.open(only.key, range, io);
  return Readable.from(joined(store, { file, range: range ?? { start: 0, end: Infinity }, partRead }, io), {
    objectMode: false,
    highWaterMark: 1024 * 1024,
  });
}

interface Joining {
  readonly file: JoinedFile;
  readonly range: ByteRange;
  readonly partRead: PartRead | undefined;
}

async function* joined(store: Store, { file, range, partRead }: Joining, io: Io): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const part of file) {
    const wanted = { start: Math.max(0, range.start - start), end: Math.min(part.bytes, range.end - start) };
    start += part.bytes;
    if (wanted.start >= wanted.end) continue;
    const isWhole = wanted.start === 0 && wanted.end === part.bytes;
    yield* digested(partBytes(store, part, wanted, io), (sha256) => isWhole && partRead?.(part, sha256));
  }
}

async function* digested(
  source: AsyncIterable<Uint8Array>,
  read: (sha256: string) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  read(hash.digest("hex"));
}

async function* partBytes(store: Store, part: FilePart, wanted: ByteRange, io: Io): AsyncGenerator<Uint8Array> {
  let left = wanted.end - wanted.start;
  if (part.isLost !== true) {
    const source = await named(part, async () => store.open(part.key, wanted, io));
    try {
      for await (const chunk of errorsNamed(part, source)) {
        left -= chunk.length;
        yield chunk;
      }
    } finally {
      source.destroy();
    }
  }
  for (; left > 0; left -= zeros.length) yield zeros.subarray(0, left);
}

const zeros: Readonly<Uint8Array> = new Uint8Array(64 * 1024);

async function* errorsNamed(part: FilePart, source: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) yield chunk as Uint8Array;
  } catch (error) {
    throw withName(part, error);
  }
}

async function named<T>(part: FilePart, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withName(part, error);
  }
}

function withName({ key }: FilePart, thrown: unknown): ColdstoreError {
  const error = asColdstoreError(thrown);
  if (error.message.includes(key)) return error;
  return new ColdstoreError(error.failure, `${key}: ${error.message}`, { cause: error, transient: error.transient });
}
