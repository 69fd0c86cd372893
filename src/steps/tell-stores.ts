import type { Manifest } from "../model/manifest.ts";
import { ColdstoreError, exitCodeOf, worstOf } from "../model/errors.ts";
import { setText, type SetName } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import type { Io, Store } from "../ports/store.ts";
import type { Job } from "./decide-job.ts";
import type { JobResult } from "./do-job.ts";
import { writeHistory, writeRecord, type Stamp } from "./write-records.ts";

/** A making run that is over, as its stores should remember it. */
export interface Telling {
  readonly set: SetName;
  readonly started: Date;
  readonly stamp: Stamp;
  readonly ends: readonly {
    readonly store: Store;
    readonly job: Job;
    readonly result: JobResult;
    readonly seconds: number;
  }[];
  readonly settings: { readonly prove: "digest" | "read" | "drill" | "none"; readonly freeze: boolean };
  /** Later runs tell the time that they will take from it. */
  readonly tarBytes: number;
}

/** What the stores didn't take: a lost proof or line of history is a warning, a freeze that was asked for an error. */
export interface Untold {
  readonly warnings: readonly string[];
  readonly errors: readonly ColdstoreError[];
}

/** Adds proof, freeze marker and history to each store that was reached. */
export async function tellStores(telling: Telling, io: Io): Promise<Untold> {
  const untold = await Promise.all(telling.ends.map(async (end) => tellStore(telling, end, io)));
  return {
    warnings: untold.flatMap(({ warnings }) => warnings),
    errors: untold.flatMap(({ errors }) => errors),
  };
}

type End = Telling["ends"][number];

async function tellStore(telling: Telling, end: End, io: Io): Promise<Untold> {
  const { store, result } = end;
  const { settings, stamp } = telling;
  const manifest = "manifest" in result ? result.manifest : undefined;
  // What is unchanged may stand under an earlier set's name.
  const set = manifest === undefined ? telling.set : { ...telling.set, id: manifest.run.set };
  // Of a repaired set only what was put back is proven, and a record speaks of the whole.
  const proof =
    manifest &&
    result.kind === "stored" &&
    (await writeRecord(
      store,
      { set, kind: "proof", stamp, says: { ...proofOf(manifest, settings.prove), evidence: result.evidence } },
      io,
    ));
  const freeze =
    manifest &&
    settings.freeze &&
    !isFrozen(end.job) &&
    (await writeRecord(store, { set, kind: "freeze", stamp, says: { seal: manifest.seal } }, io));
  const history = await writeHistory(
    store,
    { project: set.project, stamp, says: historyOf({ ...telling, set }, end) },
    io,
  );
  const lost = [proof, history].flatMap((error) => error || []);
  const unmarked = manifest && settings.freeze && !isFrozen(end.job) && (await lacksMarkers(store, set, io));
  return {
    warnings: [
      ...lost.map((error) => `${store.name} took no record of this run: ${error.message}`),
      ...(unmarked ? [notMarked(set, store)] : []),
    ],
    errors: freeze ? [notFrozen(set, store, freeze)] : [],
  };
}

/** Whether a set is in a store that takes no marker, and doesn't keep it from being changed by itself either. */
async function lacksMarkers(store: Store, set: SetName, io: Io): Promise<boolean> {
  if (store.traits.records) return false;
  return (await store.locked?.(set, io).catch(() => undefined)) === undefined;
}

function notMarked(set: SetName, { name }: Store): string {
  return (
    `${setText(set)} isn't frozen in ${name}, which takes no freeze markers; ` +
    "have the place itself keep what is there (GitHub: immutable releases, in the repository's settings)"
  );
}

function notFrozen(set: SetName, store: Store, cause: ColdstoreError): ColdstoreError {
  const message = `${setText(set)} is stored in ${store.name}, but not frozen: ${cause.message}; run again with freeze: true`;
  return new ColdstoreError(cause.failure, message, { cause, ...(cause.remedy && { remedy: cause.remedy }) });
}

function isFrozen(job: Job): boolean {
  return "set" in job && job.set.frozen;
}

/**
 * Adds a failed run to the history of stores that keep one and have this project already; a store that has nothing of it is left alone.
 * What can't be written is not worth another failure.
 */
export async function tellFailure(
  stores: readonly Store[],
  failure: { readonly set: SetName; readonly stamp: Stamp; readonly error: ColdstoreError },
  io: Io,
): Promise<void> {
  const { set, stamp, error } = failure;
  const says = {
    mode: set.mode,
    set: set.id,
    run: stamp.run,
    outcome: "failed",
    exit: exitCodeOf([error.failure]),
    failure: error.failure,
    detail: error.message,
  };
  const known = await Promise.all(stores.map(async (store) => hasProject(store, set.project, io).catch(() => false)));
  const told = stores.filter((_, i) => known[i]);
  await Promise.all(told.map(async (store) => writeHistory(store, { project: set.project, stamp, says }, io)));
}

async function hasProject(store: Store, project: string, io: Io): Promise<boolean> {
  if (!store.traits.records) return false;
  for await (const _ of store.list(`${project}/`, io)) return true;
  return false;
}

/** What a proof record says: which state of the set was proven, and how. */
export function proofOf(manifest: Manifest, level: string): object {
  return { level, seal: manifest.seal, content_sha256: manifest.content_sha256 };
}

function historyOf({ set, started, stamp, tarBytes }: Telling, { result, seconds }: End): object {
  const error = "error" in result ? result.error : result.unread;
  const failures = error === undefined ? [] : [error.failure];
  return {
    mode: set.mode,
    set: set.id,
    run: stamp.run,
    started: rfc3339(started),
    finished: rfc3339(stamp.time),
    milliseconds: Math.round(seconds * 1000),
    outcome: result.kind,
    exit: exitCodeOf(failures),
    ...(error && { failure: worstOf(failures), detail: error.message }),
    ...("manifest" in result && { content_sha256: result.manifest.content_sha256 }),
    tar_bytes: tarBytes,
  };
}
