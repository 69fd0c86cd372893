import type { StoredObject } from "../../ports/store.ts";
import type { HashName, RemoteFile } from "./rclone.ts";
import { isFrozen } from "./storage-class.ts";

/** A file of a remote as a store lists it; `confirmed`: what has shown its bytes to be the artifact's. */
export function remoteObject(file: RemoteFile, confirmed?: string): StoredObject {
  const sha256 = file.hashes["sha256"];
  return {
    key: file.path,
    bytes: file.bytes,
    digests: sha256 === undefined ? {} : { sha256 },
    // Of one object a bucket's list and its HEAD tell the time in different parts of a second.
    ...(file.modified && { modified: new Date(Math.floor(file.modified.getTime() / 1000) * 1000) }),
    ...(file.tier !== undefined && { tier: file.tier }),
    ...(isFrozen(file.tier) && { frozen: true }),
    ...(confirmed !== undefined && { confirmed }),
  };
}

/** What an object should be: `digest` of the kind that its remote reports, if one does and it's known. */
export interface Expected {
  readonly bytes: number;
  readonly hash: HashName | undefined;
  readonly digest: string | undefined;
}

/** Whether a remote's file is what it should be; `unknown`: of the right size, and nothing more is reported. */
export function compareObject(file: RemoteFile, { bytes, hash, digest }: Expected): "equal" | "unequal" | "unknown" {
  if (file.bytes !== bytes) return "unequal";
  const reported = hash === undefined ? undefined : file.hashes[hash];
  if (reported === undefined || digest === undefined) return "unknown";
  return reported === digest ? "equal" : "unequal";
}
