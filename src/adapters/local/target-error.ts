import { ColdstoreError } from "../../model/errors.ts";
import { diskError, errnoOf } from "./disk-error.ts";

const tooLong =
  "its name or its whole path is longer than this file system takes. Restore into a folder with a shorter path, or on another file system.";

const tooBig = "the file is bigger than this file system takes. Restore into a folder on another file system.";

/** One sentence about what the disk refused a restore: `doing` is a verb, `path` what it was done to. Our own errors pass untouched. */
export function targetError(thrown: unknown, doing: string, path: string): ColdstoreError {
  const code = errnoOf(thrown);
  const shown = shortened(path);
  if (code === "ENAMETOOLONG")
    return new ColdstoreError("store", `can't ${doing} ${shown}: ${tooLong}`, { cause: thrown });
  if (code === "EFBIG") return new ColdstoreError("store", `can't ${doing} ${shown}: ${tooBig}`, { cause: thrown });
  return diskError(thrown, doing, shown, "folder");
}

/** Something lies where something is to be made, and it may be a link that leads elsewhere. */
export function takenError(path: string, cause?: unknown): ColdstoreError {
  return new ColdstoreError(
    "unsafe",
    `can't make ${shortened(path)}: something of that name is there already, or one that this file system takes for the same. Nothing was restored.`,
    { cause },
  );
}

/** What stands under the final name, and that it can't be restored into. */
export function intoError(into: string, what: string, cause?: unknown): ColdstoreError {
  const advice = "give an empty folder, or one that isn't there yet";
  return new ColdstoreError("settings", `into is ${into}, and ${what}; ${advice}`, { cause });
}

/** A path of up to some thousand characters as one that fits a sentence. */
function shortened(path: string): string {
  return path.length <= 400 ? path : `${path.slice(0, 200)}…${path.slice(-150)}`;
}
