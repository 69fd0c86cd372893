import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Artifact } from "../model/artifact.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { NamedDigest } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { Scratch } from "../ports/workspace.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listSet } from "./list-sets.ts";
import { smallArtifact } from "./small-artifact.ts";

/** A set and the store that it's read from. */
export interface CopySource {
  readonly from: Store;
  readonly set: CompleteSet;
}

/** Files of a set in scratch or in memory, by their names, compared with the manifest; disposing removes them. */
export interface Fetched extends AsyncDisposable {
  readonly artifacts: ReadonlyMap<string, Artifact>;
}

/** A file that isn't what its own set's manifest says. */
export class DamagedFile extends ColdstoreError {
  readonly file: string;
  readonly detail: string;

  constructor({ from, set }: CopySource, file: string, detail: string) {
    const message = `${setText(set.name)} in ${from.name}: ${file}: ${detail}`;
    super("integrity", message);
    this.file = file;
    this.detail = detail;
  }
}

const smallBytes = 1024 * 1024;
const bytesTogether = 32 * smallBytes;
const notThere = "isn't there any more";

/** Files in the order in which they are fetched: large ones by themselves, others together, for a store takes many at once faster. */
export function batchesOf(files: readonly NamedDigest[]): readonly (readonly NamedDigest[])[] {
  const batches: NamedDigest[][] = [];
  let room = -1;
  for (const file of files.toSorted((a, b) => b.bytes - a.bytes)) {
    if (room < file.bytes) {
      batches.push([]);
      room = bytesTogether;
    }
    batches.at(-1)?.push(file);
    room -= file.bytes;
  }
  return batches;
}

/** Bytes of a batch that lie in scratch; small files are in memory. */
export function scratchBytes(batch: readonly NamedDigest[]): number {
  return batch.reduce((sum, { bytes }) => sum + (bytes > smallBytes ? bytes : 0), 0);
}

/** Files to fetch together, and where to; `number` tells it from others there. */
export interface Batch {
  readonly files: readonly NamedDigest[];
  readonly number: number;
  readonly scratch: Scratch;
}

/**
 * Reads a batch out of the source. What differs is read once more, for it may have changed on the way; then it's a `DamagedFile`.
 * Rejects with `source` when the set has gone meanwhile.
 */
export async function fetchBatch(source: CopySource, batch: Batch, io: Io): Promise<Fetched> {
  const { files, number, scratch } = batch;
  // Not under their names: some disks take two for the same one.
  const large = files
    .filter(({ bytes }) => bytes > smallBytes)
    .map((file, i) => ({ file, path: scratch.file(`${number}-${i}`) }));
  const remove = async () => {
    for (const { path } of large) await rm(path, { force: true });
  };
  try {
    const artifacts = new Map<string, Artifact>();
    for (const { file, path } of large) artifacts.set(file.name, await fetchLarge(source, file, path, io));
    const small = files.filter(({ bytes }) => bytes <= smallBytes);
    for (const artifact of await fetchSmall(source, small, io)) artifacts.set(artifact.name, artifact);
    return { artifacts, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    io.signal.throwIfAborted();
    throw await asGone(source, error, io);
  }
}

async function fetchLarge(source: CopySource, file: NamedDigest, path: string, io: Io): Promise<Artifact> {
  try {
    if ((await download(source, file, path, io)) !== undefined) {
      await rm(path, { force: true });
      const differs = await download(source, file, path, io);
      if (differs !== undefined) throw new DamagedFile(source, file.name, differs);
    }
  } catch (error) {
    throw asColdstoreError(error).failure === "not-found" ? new DamagedFile(source, file.name, notThere) : error;
  }
  const { name, bytes, sha256 } = file;
  return { name, bytes, sha256, body: { file: path } };
}

/** Resolves to how the bytes differ from the manifest's. */
async function download(
  { from, set }: CopySource,
  file: NamedDigest,
  path: string,
  io: Io,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  let bytes = 0;
  const body = await from.open(set.prefix + file.name, undefined, io);
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      const data = chunk as Uint8Array;
      bytes += data.length;
      // What goes on beyond its end would fill the disk.
      if (bytes > file.bytes) return;
      hash.update(data);
      yield data;
    }
  }
  const sink = createWriteStream(path, { flags: "wx", mode: 0o600 });
  await pipeline(counted, sink, { signal: io.signal }).catch((error: unknown) => {
    throw isOfDisk(error) ? cantWrite(path, error) : error;
  });
  if (bytes !== file.bytes) return sizeDiffers(file, bytes);
  return digestDiffers(file, hash.digest("hex"));
}

/** Stores translate what goes wrong with them. */
function isOfDisk(error: unknown): error is NodeJS.ErrnoException {
  return !(error instanceof ColdstoreError) && error instanceof Error && "code" in error && "syscall" in error;
}

function cantWrite(path: string, cause: NodeJS.ErrnoException): ColdstoreError {
  const isFull = cause.code === "ENOSPC" || cause.code === "EDQUOT";
  const why = isFull ? "the disk is full; free some space" : `${cause.message}; look after that folder`;
  return new ColdstoreError(
    "store",
    `${path}, where a file lies until it's copied, can't be written: ${why}, or set TMPDIR (RUNNER_TEMP in a workflow) to a folder on another disk`,
    { cause },
  );
}

async function fetchSmall(source: CopySource, files: readonly NamedDigest[], io: Io): Promise<readonly Artifact[]> {
  const first = await readSmall(source, files, io);
  const wrong = files.filter((file) => whyDiffers(file, first.get(file.name)) !== undefined);
  const second = wrong.length === 0 ? first : await readSmall(source, wrong, io);
  return files.map((file) => {
    const data = wrong.includes(file) ? second.get(file.name) : first.get(file.name);
    const why = whyDiffers(file, data);
    if (data === undefined || why !== undefined) throw new DamagedFile(source, file.name, why ?? notThere);
    return smallArtifact(file.name, data);
  });
}

async function readSmall(
  { from, set }: CopySource,
  files: readonly NamedDigest[],
  io: Io,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const keys = files.map(({ name }) => set.prefix + name);
  if (keys.length === 0) return found;
  for await (const object of from.read(keys, io)) {
    if ("error" in object) throw object.error;
    if ("data" in object) found.set(object.key.slice(set.prefix.length), object.data);
  }
  return found;
}

function whyDiffers(file: NamedDigest, data: Uint8Array | undefined): string | undefined {
  if (data === undefined) return notThere;
  if (data.length !== file.bytes) return sizeDiffers(file, data.length);
  return digestDiffers(file, createHash("sha256").update(data).digest("hex"));
}

function sizeDiffers({ bytes }: NamedDigest, found: number): string {
  return found > bytes ? `has more than ${bytes} bytes` : `has ${found} bytes, not ${bytes}`;
}

function digestDiffers({ sha256 }: NamedDigest, found: string): string | undefined {
  return found === sha256 ? undefined : `has the digest ${found}, not ${sha256}`;
}

/** What isn't there any more, or not as it was, may have been taken away with all of its set. */
async function asGone(source: CopySource, thrown: unknown, io: Io): Promise<unknown> {
  if (!(thrown instanceof DamagedFile)) return thrown;
  const { from, set } = source;
  const now = await listSet(from, set.name, io).catch(() => undefined);
  io.signal.throwIfAborted();
  if (now === undefined || now.manifests.length > 0) return thrown;
  return new ColdstoreError(
    "source",
    `${setText(set.name)} was removed from ${from.name} while it was copied; let what does that end, then run again`,
    { cause: thrown },
  );
}
