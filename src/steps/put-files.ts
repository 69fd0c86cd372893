import { ColdstoreError } from "../model/errors.ts";
import type { SetFile } from "../model/set-file.ts";
import { isTimedId } from "../model/set-id.ts";
import { setPrefix, type SetName } from "../model/set-name.ts";
import type { Io, Put, PutOutcome, Store, StoredObject } from "../ports/store.ts";
import type { PartTaker } from "./part-room.ts";
import { removeKeys } from "./place-manifest.ts";
import type { StoredFile } from "./prove-files.ts";
import { untoldPut } from "./untold-put.ts";

/** Told how far one store is with a set. */
export interface StoreWatch {
  /** Files begin to go there. */
  storing(): void;
  /** So many bytes are about to be read back. */
  proving(bytes: number): void;
  /** What goes there or comes back from now on isn't worth telling. */
  idle(): void;
  /** This file is in the store now. */
  stored(file: SetFile): void;
  /** So many of the files that this run had stored are gone again. */
  removed(files: number): void;
}

/** Files on their way into one store. */
export interface PutOrder {
  readonly store: Store;
  readonly set: SetName;
  /** Everything but the manifest, as it's finished. */
  readonly files: AsyncIterable<SetFile>;
  /** Told what needn't lie in scratch for this store any more. */
  readonly taker?: PartTaker | undefined;
  readonly watch: StoreWatch;
}

/** What became of the files. */
export interface PutFiles {
  readonly files: readonly StoredFile[];
  readonly created: readonly string[];
  readonly different: readonly string[];
  /** What is different was there before this run created anything, so that no run at work has made it. */
  readonly blocked: boolean;
  readonly errors: readonly ColdstoreError[];
}

/** Stores the files as they are finished; rejects for an abort and for errors of `files`. */
export async function putFiles(order: PutOrder, io: Io): Promise<PutFiles> {
  const { store, set, files, taker, watch } = order;
  const prefix = setPrefix(set);
  const pending = new Map<string, SetFile>();
  const objects = new Map<string, StoredObject>();
  const outcomes: PutOutcome[] = [];
  let answered = Promise.withResolvers<void>();
  async function* puts(): AsyncGenerator<Put> {
    for await (const file of files) {
      if (pending.size > outcomes.length && waitsItsTurn(file, pending.size)) await answered.promise;
      if (outcomes.some(isLasting)) return;
      const key = prefix + file.artifact.name;
      answered = Promise.withResolvers();
      if (pending.size === 0) watch.storing();
      pending.set(key, file);
      yield { key, artifact: file.artifact };
    }
  }
  const keysOf = (word: PutOutcome["outcome"]) => outcomes.filter((o) => o.outcome === word).map(({ key }) => key);
  try {
    for await (const outcome of store.put(puts(), io)) {
      outcomes.push(outcome);
      if (outcomes.length === pending.size) answered.resolve();
      const file = pending.get(outcome.key);
      if (file !== undefined) taker?.done(file);
      if (outcome.outcome === "failed" || outcome.outcome === "different" || file === undefined) continue;
      objects.set(outcome.key, outcome.object);
      watch.stored(file);
    }
  } catch (error) {
    // A run that is told otherwise makes other files, which these would be in the way of.
    if (error instanceof ColdstoreError && isOrphaning(set, error)) await forget(order, keysOf("created"), io);
    throw error;
  }
  const told = new Set(outcomes.map(({ key }) => key));
  const untold = [...pending].flatMap(([key, { artifact }]) => (told.has(key) ? [] : artifact.name));
  return {
    files: [...pending].flatMap(([key, file]) => storedFile(file, objects.get(key))),
    created: keysOf("created"),
    different: keysOf("different"),
    blocked: isBlocked(outcomes),
    errors: [...errorsAmong(outcomes), ...(untold.length > 0 ? [untoldPut(store, untold)] : [])],
  };
}

/** Whether nothing more need be sent: with this the set can't become whole. */
function isLasting(outcome: PutOutcome): boolean {
  return outcome.outcome === "different" || (outcome.outcome === "failed" && !outcome.error.transient);
}

function isBlocked(outcomes: readonly PutOutcome[]): boolean {
  const times = (word: "created" | "different") =>
    outcomes.flatMap((each) => (each.outcome === word ? (each.object.modified?.getTime() ?? NaN) : []));
  const different = times("different");
  return different.length > 0 && Math.max(...different) < Math.min(...times("created"));
}

/** Each sentence once: one reason may keep several files out. */
function errorsAmong(outcomes: readonly PutOutcome[]): readonly ColdstoreError[] {
  const errors = outcomes.flatMap((outcome) => (outcome.outcome === "failed" ? outcome.error : []));
  return errors.filter(({ message }, i) => errors.findIndex((other) => other.message === message) === i);
}

/**
 * Of two runs at once with other content, the one that creates the first file goes on, and the other adds nothing: so the
 * second file waits for the first. What may differ although the archives are equal waits for all that is before it.
 */
function waitsItsTurn({ role }: SetFile, before: number): boolean {
  return before === 1 || (role !== "archive" && role !== "file-list");
}

function storedFile(file: SetFile, object: StoredObject | undefined): StoredFile[] {
  return object === undefined ? [] : [{ file, object }];
}

/**
 * Whether no later run makes what is left when this goes wrong: none has the name of an archive that is named by its run's start,
 * a folder that changed is another one, and some runs fail again until somebody changes what they are to do.
 */
export function isOrphaning({ mode, id }: SetName, { failure }: ColdstoreError): boolean {
  if (failure === "conflict" || failure === "settings") return true;
  return mode === "archive" && (isTimedId(id) || failure === "source");
}

type Taking = Pick<PutOrder, "store" | "watch">;

/** Why the run failed counts for more than what it left. */
export async function forget(order: Taking, created: readonly string[], io: Io): Promise<void> {
  await takeBack(order, created, io).catch(() => undefined);
}

/** Removes what this run has stored, and tells so; throws when the store can't. */
export async function takeBack({ store, watch }: Taking, created: readonly string[], io: Io): Promise<void> {
  await removeKeys(store, created, io);
  if (created.length > 0) watch.removed(created.length);
}
