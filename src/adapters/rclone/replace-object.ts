import { rm } from "node:fs/promises";
import { join } from "node:path";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { Io, Put, StoredObject } from "../../ports/store.ts";
import { digesterOf } from "./file-digest.ts";
import type { Wanted } from "./judge-batch.ts";
import { proofHash, provesBytes } from "./proof-hash.ts";
import type { Rclone } from "./rclone.ts";
import { compareObject, remoteObject } from "./remote-object.ts";
import { digestFile, stageItem } from "./stage-item.ts";

/** Puts an artifact in the place of what is there, and looks at what is there then. `folder`: scratch that isn't there yet. */
export async function replaceObject(
  rclone: Rclone,
  { key, artifact, folder }: Put & { readonly folder: string },
  io: Io,
): Promise<{ readonly wanted: Wanted; readonly object: StoredObject }> {
  try {
    const hash = proofHash(await rclone.features(io));
    let digest = await stageItem({ key, artifact }, { folder, hash, signal: io.signal });
    if (hash !== undefined) digest ??= await digestFile(join(folder, ...key.split("/")), hash, io.signal);
    if (hash !== undefined && digesterOf(hash) === undefined)
      digest = (await rclone.hashLocal(folder, [key], hash, io)).get(key);
    // Before anything is changed: whoever wants to stop does so now.
    if (artifact.bytes > 0) io.progress({ key, bytes: artifact.bytes });
    io.signal.throwIfAborted();
    await rclone.overwrite(key, join(folder, ...key.split("/")), io);
    const wanted = { key, bytes: artifact.bytes, sha256: artifact.sha256, hash, digest };
    return { wanted, object: await look(rclone, wanted, io) };
  } catch (error) {
    io.signal.throwIfAborted();
    throw asColdstoreError(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function look(rclone: Rclone, wanted: Wanted, io: Io): Promise<StoredObject> {
  const file = await rclone.stat(wanted.key, wanted.hash === undefined ? [] : [wanted.hash], io);
  const verdict = file === undefined ? "unequal" : compareObject(file, wanted);
  if (file === undefined || verdict === "unequal")
    throw new ColdstoreError("store", `${wanted.key} in ${rclone.name} isn't what it was replaced by; run again`, {
      transient: true,
    });
  const proves = verdict === "equal" && provesBytes(await rclone.features(io), { ...wanted, copied: true });
  return remoteObject(file, proves ? wanted.hash : undefined);
}
