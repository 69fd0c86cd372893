import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";

/** What went wrong with a remote as an error of the source that it is; what isn't about the remote passes untouched. */
export function remoteError(thrown: unknown, what: string): ColdstoreError {
  const error = asColdstoreError(thrown);
  switch (error.failure) {
    case "store":
    case "not-found":
    case "integrity":
    case "conflict":
    case "partial":
      return new ColdstoreError("source", `${what}: ${error.message}`, {
        cause: error,
        transient: error.transient,
        ...(error.remedy && { remedy: error.remedy }),
      });
    case "bug":
    case "settings":
    case "source":
    case "stale":
    case "unsafe":
    case "immutable":
    case "interrupted":
      return error;
  }
}

/** A file whose content is no longer what was listed. */
export function changedMeanwhile(name: string): ColdstoreError {
  return new ColdstoreError(
    "source",
    `${name} changes while it is being read; run again when nothing writes to it, or leave it out with exclude`,
    { transient: true },
  );
}
