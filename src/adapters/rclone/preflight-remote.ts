import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { formatBytes } from "../../model/units.ts";
import type { Io, Need } from "../../ports/store.ts";
import type { Rclone } from "./rclone.ts";

/**
 * All that stands against using a remote's folder as a store. Nothing is written there: with a key that can't delete it would stay.
 * That writing isn't allowed shows when the first file is stored, before any other is.
 */
export async function preflightRemote(
  { rclone, storageClass }: { readonly rclone: Rclone; readonly storageClass: string | undefined },
  need: Need,
  io: Io,
): Promise<readonly ColdstoreError[]> {
  try {
    const features = await rclone.features(io);
    const problems: ColdstoreError[] = [];
    const reachable = await whyUnreachable(rclone, { write: need.write, buckets: features.bucketBased }, io);
    if (reachable !== undefined) return [reachable];
    if (need.write && storageClass !== undefined && !features.bucketBased && !features.tiers)
      problems.push(noClasses(rclone, storageClass));
    const room = need.write && need.bytes > 0 ? await whyNoRoom(rclone, need.bytes, io) : undefined;
    return room === undefined ? problems : [...problems, room];
  } catch (error) {
    io.signal.throwIfAborted();
    return [asColdstoreError(error)];
  }
}

async function whyUnreachable(
  rclone: Rclone,
  { write, buckets }: { readonly write: boolean; readonly buckets: boolean },
  io: Io,
): Promise<ColdstoreError | undefined> {
  try {
    await rclone.lookAt(io);
    return undefined;
  } catch (error) {
    const known = asColdstoreError(error);
    if (known.failure !== "not-found" || !write) throw known;
    if (!buckets) return undefined;
    return new ColdstoreError(
      "store",
      `the bucket of ${rclone.name} isn't there, or this key may not list it. Make it, or look at its name and at the key's permissions.`,
      { cause: known },
    );
  }
}

function noClasses({ name }: Rclone, storageClass: string): ColdstoreError {
  return new ColdstoreError(
    "settings",
    `${name} has no storage classes, so storage-class: ${storageClass} can't be met. Leave storage-class out for it.`,
  );
}

async function whyNoRoom(rclone: Rclone, needed: number, io: Io): Promise<ColdstoreError | undefined> {
  const free = await rclone.free(io).catch(() => io.signal.throwIfAborted());
  if (free === undefined || free >= needed) return undefined;
  const text = `${rclone.name} has ${formatBytes(free)} free and up to ${formatBytes(needed)} will be written: ${formatBytes(needed - free)} are missing.`;
  return new ColdstoreError("store", `${text} Free some space or use another store.`);
}
