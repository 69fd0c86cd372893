import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Shown, Store } from "../ports/store.ts";
import { presentSet } from "./coming-set.ts";
import { failedJob, type JobResult } from "./do-job.ts";

/** How a job ended, once everybody can see what it came to. */
export interface ShownEnd {
  readonly result: JobResult;
  /** Absent where nothing was to be shown, or couldn't. */
  readonly shown?: Shown;
}

/**
 * Lets everybody see a set that a job has brought into a store or found there, if the store keeps sets out of sight until then. Never
 * rejects: a set that can't be shown has failed, although it's stored.
 */
export async function showSet(store: Store, result: JobResult, io: Io): Promise<ShownEnd> {
  if (store.show === undefined || !("manifest" in result)) return { result };
  const set = presentSet(result);
  try {
    return { result, shown: await store.show(set, io) };
  } catch (thrown) {
    const cause = asColdstoreError(io.signal.aborted ? io.signal.reason : thrown);
    const but = cause.failure === "immutable" ? "can never be shown there" : "isn't shown there yet";
    const message = `${setText(set.name)} is stored in ${store.name}, but ${but}: ${cause.message}`;
    const options = { cause, transient: cause.transient, ...(cause.remedy && { remedy: cause.remedy }) };
    return { result: failedJob(new ColdstoreError(cause.failure, message, options)) };
  }
}
