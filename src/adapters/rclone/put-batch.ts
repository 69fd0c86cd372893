import { rm } from "node:fs/promises";
import { join } from "node:path";
import { asColdstoreError } from "../../model/errors.ts";
import type { Io, Put, PutOutcome, StoredObject } from "../../ports/store.ts";
import { concurrently } from "../local/concurrently.ts";
import { digesterOf } from "./file-digest.ts";
import { judgeBatch, type Wanted } from "./judge-batch.ts";
import { ProgressTally } from "./progress-tally.ts";
import { proofHash } from "./proof-hash.ts";
import type { Copied, CopyFault, HashName, Rclone, RemoteFeatures } from "./rclone.ts";
import { assertKey } from "./remote-key.ts";
import { removeHalfMade, removeLeftovers } from "./remove-leftovers.ts";
import { digestFile, stageItem } from "./stage-item.ts";
import { isPayload } from "./storage-class.ts";

/** Where a batch is stored, and from where. */
export interface BatchPlace {
  readonly rclone: Rclone;
  /** Of payload alone. */
  readonly storageClass: string | undefined;
  /** Scratch that isn't there yet. */
  readonly folder: string;
  /** How long another's half-made file is watched. */
  readonly patienceMs: number;
  /** Told of what the call has created. */
  created?(item: Wanted, object: StoredObject): void;
}

/** An item that lies in scratch under its key. */
export type Staged = Wanted;

const atOnce = 4;

/** Stores items of different keys, none over what is there; an outcome for each. Rejects for an abort alone. */
export async function putBatch(items: readonly Put[], place: BatchPlace, io: Io): Promise<readonly PutOutcome[]> {
  const failed = (error: unknown): PutOutcome[] => {
    io.signal.throwIfAborted();
    return items.map(({ key }) => ({ key, outcome: "failed", error: asColdstoreError(error) }));
  };
  try {
    return await storeBatch(items, place, io);
  } catch (error) {
    return failed(error);
  } finally {
    await rm(place.folder, { recursive: true, force: true });
  }
}

async function storeBatch(items: readonly Put[], place: BatchPlace, io: Io): Promise<readonly PutOutcome[]> {
  const features = await place.rclone.features(io);
  const { staged, failed } = await stageAll(items, { ...place, hash: proofHash(features) }, io);
  if (staged.length === 0) return failed;
  const request = { ...place, features, staged };
  // Where a file has its name before it's whole, a run that was killed leaves a part of one.
  const before = isAtomic(features) ? new Set<string>() : await removeLeftovers(request, io);
  const tally = new ProgressTally(
    staged.map(({ key, bytes }) => [key, bytes] as const),
    io,
  );
  const copy = async (some: readonly Staged[]): Promise<Copied> => copyGroups({ ...request, staged: some }, tally.io);
  const digests = largeDigests(staged, place.folder, io);
  const judged = await judgeBatch({ ...request, before, copy, digests }, io).catch(async (error: unknown) => {
    if (io.signal.aborted && !isAtomic(features)) await removeHalfMade({ ...request, before });
    throw error;
  });
  for (const { wanted, outcome } of judged) {
    if (outcome.outcome !== "created") continue;
    place.created?.(wanted, outcome.object);
    tally.finish(outcome.key);
  }
  io.signal.throwIfAborted();
  return [...failed, ...judged.map(({ outcome }) => outcome)];
}

/** Digests that staging has left out; they are awaited when the files have arrived. */
function largeDigests(staged: readonly Staged[], folder: string, io: Io): Promise<ReadonlyMap<string, string>> {
  const make = async (): Promise<ReadonlyMap<string, string>> => {
    const made = new Map<string, string>();
    for (const { key, hash, digest } of staged) {
      if (hash === undefined || digest !== undefined) continue;
      const later = await digestFile(join(folder, ...key.split("/")), hash, io.signal);
      if (later !== undefined) made.set(key, later);
    }
    return made;
  };
  const digests = make();
  digests.catch(() => {});
  return digests;
}

/** Whether nobody ever sees a part of an object under its name. */
export function isAtomic({ bucketBased, partialUploads }: RemoteFeatures): boolean {
  return bucketBased || partialUploads;
}

async function stageAll(
  items: readonly Put[],
  { rclone, folder, hash }: BatchPlace & { readonly hash: HashName | undefined },
  io: Io,
): Promise<{ readonly staged: readonly Staged[]; readonly failed: readonly PutOutcome[] }> {
  const failed: PutOutcome[] = [];
  const staged: Staged[] = [];
  const stage = async ({ key, artifact }: Put): Promise<Staged | PutOutcome> => {
    try {
      assertKey(key);
      const digest = await stageItem({ key, artifact }, { folder, hash, signal: io.signal });
      return { key, bytes: artifact.bytes, sha256: artifact.sha256, hash, digest };
    } catch (error) {
      io.signal.throwIfAborted();
      return { key, outcome: "failed", error: asColdstoreError(error) };
    }
  };
  for await (const done of concurrently(items, { limit: atOnce, signal: io.signal }, stage)) {
    if ("outcome" in done) failed.push(done);
    else staged.push(done);
  }
  if (hash === undefined || staged.length === 0 || digesterOf(hash) !== undefined) return { staged, failed };
  const paths = staged.map(({ key }) => key);
  const digests = await rclone.hashLocal(folder, paths, hash, io);
  return { staged: staged.map((item) => ({ ...item, digest: digests.get(item.key) })), failed };
}

/** Copies payload and the rest, which may go to different classes; what keeps a call from going on is every file's fault. */
async function copyGroups(
  { rclone, folder, storageClass, staged }: BatchPlace & { readonly staged: readonly Staged[] },
  io: Io,
): Promise<Copied> {
  const keys = staged.map(({ key }) => key);
  const cold = storageClass === undefined ? [] : keys.filter((key) => isPayload(key));
  const usual = keys.filter((key) => !cold.includes(key));
  const faults: CopyFault[] = [];
  const copied = new Set<string>();
  const unchecked = new Set<string>();
  for (const [paths, own] of [[usual, undefined] as const, [cold, storageClass] as const]) {
    if (paths.length === 0) continue;
    try {
      const done = await rclone.copyIn({ folder, paths, ...(own !== undefined && { storageClass: own }) }, io);
      faults.push(...done.faults);
      for (const key of done.copied) copied.add(key);
      for (const key of done.unchecked ?? []) unchecked.add(key);
    } catch (error) {
      io.signal.throwIfAborted();
      faults.push(...paths.map((path) => ({ path, error: asColdstoreError(error) })));
    }
  }
  return { faults, copied, unchecked };
}
