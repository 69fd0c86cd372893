import { join } from "node:path";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { Io, PutOutcome } from "../../ports/store.ts";
import { provesBytes } from "./proof-hash.ts";
import type { BatchPlace } from "./put-batch.ts";
import type { Copied, Rclone, RemoteFeatures, RemoteFile } from "./rclone.ts";
import { readBackMany } from "./read-back-many.ts";
import { compareObject, remoteObject, type Expected } from "./remote-object.ts";
import { folderOf } from "./remote-path.ts";

/** What an object should be that is to be under a key. */
export interface Wanted extends Expected {
  readonly key: string;
  readonly sha256: string;
}

/** What became of one, and what it should be by all that is known of it by now. */
export interface Judged {
  readonly wanted: Wanted;
  readonly outcome: PutOutcome;
}

export interface Judgement<W extends Wanted> extends Pick<BatchPlace, "rclone" | "folder"> {
  readonly features: RemoteFeatures;
  readonly staged: readonly W[];
  /** Keys that were taken before; known of remotes alone that show parts of objects. */
  readonly before: ReadonlySet<string>;
  copy(some: readonly W[]): Promise<Copied>;
  /** Digests that are still being made while the files are on their way, by key. */
  readonly digests?: Promise<ReadonlyMap<string, string>>;
}

/**
 * Copies, then looks at what is there: that alone decides what became of each. What isn't there is copied once more, for a
 * folder may have been taken away by somebody who left it empty.
 */
export async function judgeBatch<W extends Wanted>(batch: Judgement<W>, io: Io): Promise<readonly Judged[]> {
  const first = await copyAndLook(batch, batch.staged, io);
  const missing = batch.staged.filter(({ key }) => !first.found.has(key));
  const second = missing.length === 0 ? undefined : await copyAndLook(batch, missing, io);
  const digests = await batch.digests;
  const judged: Judged[] = [];
  const unknown: Seen[] = [];
  for (const item of batch.staged) {
    const { found, faults, copied, unchecked } = second !== undefined && missing.includes(item) ? second : first;
    const wanted: Wanted = { ...item, digest: item.digest ?? digests?.get(item.key) };
    const seen = {
      wanted,
      files: found.get(wanted.key) ?? [],
      fault: faults.get(wanted.key),
      copied: copied.has(wanted.key),
      unchecked: unchecked.has(wanted.key),
    };
    const outcome = await judge(batch, seen, io);
    if (outcome === "unknown") unknown.push(seen);
    else judged.push({ wanted, outcome });
  }
  return [...judged, ...(await compareByReading(batch, unknown, io))];
}

interface Look {
  readonly found: ReadonlyMap<string, readonly RemoteFile[]>;
  readonly faults: ReadonlyMap<string, ColdstoreError>;
  readonly copied: ReadonlySet<string>;
  readonly unchecked: ReadonlySet<string>;
}

interface Seen {
  readonly wanted: Wanted;
  readonly files: readonly RemoteFile[];
  readonly fault: ColdstoreError | undefined;
  readonly copied: boolean;
  readonly unchecked: boolean;
}

async function copyAndLook<W extends Wanted>(batch: Judgement<W>, some: readonly W[], io: Io): Promise<Look> {
  const { faults, copied, unchecked = new Set() } = await batch.copy(some);
  const files = await look(batch, some, io);
  return {
    found: Map.groupBy(files, ({ path }) => path),
    faults: new Map(faults.map(({ path, error }) => [path, asColdstoreError(error)])),
    copied,
    unchecked,
  };
}

/** Where several files can have one name, only a listing shows it. */
async function look<W extends Wanted>(
  { rclone, features }: Judgement<W>,
  some: readonly W[],
  io: Io,
): Promise<readonly RemoteFile[]> {
  const hashes = some[0]?.hash === undefined ? [] : [some[0].hash];
  const keys = some.map(({ key }) => key);
  if (!features.duplicateFiles) return rclone.find(keys, hashes, io);
  const lists: RemoteFile[] = [];
  for (const folder of new Set(keys.map((key) => folderOf(key))))
    lists.push(...(await listed(rclone, folder, hashes, io)));
  return lists.filter(({ path }) => keys.includes(path));
}

async function listed(
  rclone: Rclone,
  folder: string,
  hashes: readonly string[],
  io: Io,
): Promise<readonly RemoteFile[]> {
  try {
    return (await rclone.list(folder, hashes, io)).filter(({ path }) => folderOf(path) === folder);
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "not-found") return [];
    throw error;
  }
}

async function judge<W extends Wanted>(
  { rclone, features, before }: Judgement<W>,
  { wanted, files, fault, copied, unchecked }: Seen,
  io: Io,
): Promise<PutOutcome | "unknown"> {
  const { key } = wanted;
  const failed = (error: ColdstoreError): PutOutcome => ({ key, outcome: "failed", error });
  const [file, another] = files;
  if (file === undefined) return failed(fault ?? vanished(rclone, key));
  if (another !== undefined) return failed(severalOf(rclone, key, files.length));
  const verdict = compareObject(file, wanted);
  if (verdict === "equal") {
    const proof = provesBytes(features, { ...wanted, copied }) ? wanted.hash : undefined;
    return { key, outcome: copied ? "created" : "same", object: remoteObject(file, proof) };
  }
  if (verdict === "unknown") return copied ? { key, outcome: "created", object: remoteObject(file) } : "unknown";
  if (copied && unchecked) return failed(await takeAway(rclone, key, io));
  // What rclone has compared after it was sent, and isn't the same now, is another writer's.
  if (copied) return { key, outcome: "different", object: remoteObject(file) };
  const atomic = features.bucketBased || features.partialUploads;
  if (atomic || fault === undefined || before.has(key))
    return { key, outcome: "different", object: remoteObject(file) };
  await rclone.remove(key, io).catch(() => io.signal.throwIfAborted());
  return failed(fault);
}

/** What was there, of the right size, and of which the remote reports nothing more. */
async function compareByReading<W extends Wanted>(
  { rclone, folder }: Judgement<W>,
  unknown: readonly Seen[],
  io: Io,
): Promise<readonly Judged[]> {
  if (unknown.length === 0) return [];
  const objects = unknown.map(({ wanted: { key, bytes, sha256 } }) => ({ key, bytes, sha256 }));
  const { same, faults } = await readBackMany(rclone, { objects, folder: join(folder, ".back") }, io);
  return unknown.flatMap(({ wanted, files }) =>
    files.map((file): Judged => {
      const { key } = wanted;
      const error = faults.get(key);
      if (error !== undefined) return { wanted, outcome: { key, outcome: "failed", error } };
      const outcome: PutOutcome = same.has(key)
        ? { key, outcome: "same", object: remoteObject(file, "read") }
        : { key, outcome: "different", object: remoteObject(file) };
      return { wanted, outcome };
    }),
  );
}

/** What this very call has stored and isn't what it sent would be in the way of every later run. */
async function takeAway(rclone: Rclone, key: string, io: Io): Promise<ColdstoreError> {
  const what = `${key} arrived in ${rclone.name} with other bytes than were sent`;
  try {
    await rclone.remove(key, io);
  } catch (cause) {
    io.signal.throwIfAborted();
    return new ColdstoreError("integrity", `${what}, and can't be removed again; remove it, then run again`, { cause });
  }
  return new ColdstoreError("store", `${what}, and was removed again; run again`, { transient: true });
}

function vanished({ name }: Rclone, key: string): ColdstoreError {
  return new ColdstoreError("store", `${key} was sent to ${name} and isn't there; run again`, { transient: true });
}

function severalOf({ name }: Rclone, key: string, count: number): ColdstoreError {
  return new ColdstoreError(
    "conflict",
    `${name} has ${count} files named ${key}; remove those that are too many, then run again`,
  );
}
