import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space or use another store.",
  EDQUOT: "the disk quota is used up. Free some space or have the quota raised.",
  EROFS: "the file system is read-only. Mount it writable or use another store.",
  EACCES: "permission denied. Give the user that runs Coldstore access to it.",
  EPERM: "the system forbids it. Look for an immutable flag, another owner or a restricted mount.",
  ENOENT: "it isn't there, or was removed meanwhile. Look whether the disk is still mounted and run again.",
  ENOTDIR: "a part of its path is a file, not a folder. Move that file away or use another store.",
  EEXIST: "a file of that name is in the way. Move it away or use another store.",
  EISDIR: "a folder is there. Move it away or use another store.",
  ENOTEMPTY: "a folder is there. Move it away or use another store.",
  EIO: "the disk reported an input/output error. Check the disk before you rely on it.",
  ENAMETOOLONG: "its name is too long for this file system. Use a shorter name or another store.",
  EMFILE: "too many files are open. Raise the limit (ulimit -n) and run again.",
  ENFILE: "too many files are open on this system. Close some programs and run again.",
  EFBIG: "the file is too big for this file system. Use split-size or another store.",
  EBUSY: "it is in use. Run again later.",
  ESTALE: "the network file system lost it. Mount it again and run again.",
  ETIMEDOUT: "the network file system didn't answer. Look whether it can be reached and run again.",
};

const transient = new Set(["EAGAIN", "EBUSY", "EINTR", "EMFILE", "ENFILE", "ESTALE", "ETIMEDOUT"]);

/** The errno name that a failed system call was given (`ENOSPC`); undefined for any other thrown value. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || typeof thrown.code !== "string") return undefined;
  return /^E[A-Z0-9]+$/.test(thrown.code) ? thrown.code : undefined;
}

/** What another of would help where a disk refuses. */
const others = {
  store: "another store",
  folder: "another folder",
  temporary: "another folder for temporary files (RUNNER_TEMP, which a runner sets, or without it TMPDIR)",
};

/**
 * One sentence about what a disk refused: `doing` is a verb (`write`), `path` what it was done to, `place` what another of would
 * help. Our own errors pass untouched.
 */
export function diskError(
  thrown: unknown,
  doing: string,
  path: string,
  place: keyof typeof others = "store",
): ColdstoreError {
  const code = errnoOf(thrown);
  if (thrown instanceof ColdstoreError || code === undefined) return asColdstoreError(thrown);
  const reason = reasons[code] ?? `the system said ${code}. Look into the disk and run again.`;
  return new ColdstoreError("store", `can't ${doing} ${path}: ${reason.replace(others.store, others[place])}`, {
    cause: thrown,
    transient: transient.has(code),
  });
}

/** Whether an error says that there is nothing of that name, also because a parent is a file or the name can't exist. */
export function saysAbsent(thrown: unknown): boolean {
  const code = errnoOf(thrown);
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
}
