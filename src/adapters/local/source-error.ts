import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { errnoOf } from "./disk-error.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied. Give the user that runs Coldstore access to it, or leave it out with exclude.",
  EPERM: "the system forbids it. Give the user that runs Coldstore access to it, or leave it out with exclude.",
  ENOENT: "it isn't there, or was removed meanwhile. Run again when nothing writes to the folder.",
  ENOTDIR: "it is no folder, or was replaced meanwhile. Run again when nothing writes to the folder.",
  EISDIR: "it is a folder, or was replaced by one meanwhile. Run again when nothing writes to the folder.",
  ELOOP: "symbolic links lead in a circle. Remove one of them.",
  ENAMETOOLONG: "its path is too long for this system. Move the folder up, or leave it out with exclude.",
  EIO: "the disk reported an input/output error. Check the disk, then take the file from another copy.",
  EMFILE: "too many files are open. Raise the limit (ulimit -n) and run again.",
  ENFILE: "too many files are open on this system. Close some programs and run again.",
  ESTALE: "the network file system lost it. Mount it again and run again.",
  ETIMEDOUT: "the network file system didn't answer. Look whether it can be reached and run again.",
  EBUSY: "another program has it locked. Run again when that has ended, or leave it out with exclude.",
};

const transient = new Set(["EAGAIN", "EBUSY", "EINTR", "EMFILE", "ENFILE", "ESTALE", "ETIMEDOUT"]);

/** One sentence on what in a source can't be read: `doing` is a verb (`read`), `path` readable. Our own errors pass untouched. */
export function sourceError(thrown: unknown, doing: string, path: string): ColdstoreError {
  const code = errnoOf(thrown);
  if (thrown instanceof ColdstoreError || code === undefined) return asColdstoreError(thrown);
  const reason = reasons[code] ?? `the system said ${code}. Look into the disk, or leave it out with exclude.`;
  return new ColdstoreError("source", `can't ${doing} ${path}: ${reason}`, {
    cause: thrown,
    transient: transient.has(code),
  });
}
