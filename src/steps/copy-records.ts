import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import { meaningOf } from "../model/keys.ts";
import type { Io, Put, Store } from "../ports/store.ts";
import { smallArtifact } from "./small-artifact.ts";

/** Records of one set that a store lacks. */
export interface RecordCopy {
  readonly from: Store;
  readonly store: Store;
  readonly keys: readonly string[];
  /** What this run itself says of the set. */
  readonly own: readonly Put[];
}

/** What became of copying records: those that a store has now, and why it hasn't got the others. */
export interface RecordsCopied {
  readonly copied: readonly string[];
  readonly errors: readonly ColdstoreError[];
}

/** Copies records byte for byte, and adds the run's own. Never rejects. */
export async function copyRecords({ from, store, keys, own }: RecordCopy, io: Io): Promise<RecordsCopied> {
  const copied: string[] = [];
  const errors: ColdstoreError[] = [];
  try {
    const puts: Put[] = [];
    for await (const object of keys.length === 0 ? [] : from.read(keys, io)) {
      if ("error" in object) errors.push(object.error);
      if ("data" in object) puts.push({ key: object.key, artifact: smallArtifact(nameIn(object.key), object.data) });
    }
    // Of the same second a marker must never be there before one that it was set after: older ones first.
    for await (const outcome of store.put([...puts.sort(byTime), ...own], io)) {
      if (outcome.outcome === "failed") errors.push(outcome.error);
      else copied.push(outcome.key);
    }
    if (copied.length > 0) await store.settle(io);
  } catch (error) {
    errors.push(asColdstoreError(io.signal.aborted ? io.signal.reason : error));
  }
  return { copied, errors };
}

/** Whether a record keeps a set from being changed, or no longer. */
export function isMarker(key: string): boolean {
  const meaning = meaningOf(key);
  return meaning?.kind === "record" && (meaning.record === "freeze" || meaning.record === "unfreeze");
}

/** Whether a record says that a set was proven. */
export function isProof(key: string): boolean {
  const meaning = meaningOf(key);
  return meaning?.kind === "record" && meaning.record === "proof";
}

function byTime(a: Put, b: Put): number {
  const [first, second] = [timeOf(a), timeOf(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}

function timeOf({ key }: Put): string {
  const meaning = meaningOf(key);
  return meaning?.kind === "record" ? meaning.time : "";
}

function nameIn(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
