import { Readable } from "node:stream";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { ByteRange, Io, SmallObject } from "../../ports/store.ts";
import type { ManifestSheets } from "./manifest-sheets.ts";
import { callIo } from "./put-asset.ts";
import type { ReleaseApi } from "./release-api.ts";
import type { ReleaseLookup } from "./release-lookup.ts";
import type { KeyedFile, ReleaseViewer } from "./release-view.ts";

export interface ReaderOptions {
  readonly api: ReleaseApi;
  readonly viewer: ReleaseViewer;
  readonly lookup: ReleaseLookup;
  readonly sheets: ManifestSheets;
  /** As the person wrote the store. */
  readonly name: string;
}

const looks = 4;

/** The bytes of a file, or of a range of it; rejects with `not-found` when there is no such key. */
export async function openKey(
  reader: ReaderOptions,
  { key, range }: { readonly key: string; readonly range: ByteRange | undefined },
  io: Io,
): Promise<Readable> {
  const found = await reader.lookup.recall(key, { signal: io.signal });
  return withFile(reader, { key, found }, io, async (file) => openFile(reader.api, file, range, io));
}

/** A small file whole. Rejects for an abort alone. */
export async function readKey(
  reader: ReaderOptions,
  { key, find }: { readonly key: string; readonly find: (key: string) => Promise<KeyedFile | undefined> },
  io: Io,
): Promise<SmallObject> {
  try {
    const data = await withFile(reader, { key, found: await find(key) }, io, async (file) =>
      readFile(reader, file, io),
    );
    return { key, data };
  } catch (error) {
    io.signal.throwIfAborted();
    return isAbsent(error) ? { key, missing: true } : { key, error: asColdstoreError(error) };
  }
}

/** Works on a file that was found; looks again for one that has gone since, as it does when it's replaced. */
async function withFile<T>(
  { lookup, viewer, name }: ReaderOptions,
  { key, found }: { readonly key: string; readonly found: KeyedFile | undefined },
  io: Io,
  work: (file: KeyedFile) => Promise<T>,
): Promise<T> {
  let file = found;
  for (let left = looks; file !== undefined; left -= 1) {
    try {
      return await work(file);
    } catch (error) {
      if (!isAbsent(error) || left === 0) throw error;
      viewer.listOf(file.release).lost(file.file.asset.id);
      file = await lookup.find(key, { signal: io.signal });
    }
  }
  throw new ColdstoreError("not-found", `${name} has no ${key}; list what it has`);
}

async function openFile(
  api: ReleaseApi,
  { key, file: { asset } }: KeyedFile,
  range: ByteRange | undefined,
  io: Io,
): Promise<Readable> {
  const end = Math.min(range?.end ?? asset.bytes, asset.bytes);
  // GitHub has no answer to a range without bytes.
  if (asset.bytes === 0 || (range !== undefined && range.start >= end)) return Readable.from([], { objectMode: false });
  return api.download(asset.id, range && { start: range.start, end }, callIo(io, key));
}

async function readFile({ api, sheets }: ReaderOptions, file: KeyedFile, io: Io): Promise<Uint8Array> {
  const known = sheets.bytesOf(file.file.asset.id);
  if (known !== undefined) {
    io.progress({ key: file.key, bytes: known.length });
    return known;
  }
  const stream = await openFile(api, file, undefined, io);
  return Buffer.concat((await Array.fromAsync(stream)) as Uint8Array[]);
}

function isAbsent(error: unknown): boolean {
  return error instanceof ColdstoreError && error.failure === "not-found";
}
