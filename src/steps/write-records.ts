import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import { historyKey, recordKey, type RecordKind } from "../model/keys.ts";
import { readableJson } from "../model/canonical-json.ts";
import type { SetName } from "../model/set-name.ts";
import { compactTime } from "../model/timestamps.ts";
import type { Io, Put, Store } from "../ports/store.ts";
import { smallArtifact } from "./small-artifact.ts";

/** Which run says it, and when. */
export interface Stamp {
  readonly time: Date;
  readonly run: string;
}

/** What is said about a set. */
export interface Said {
  readonly set: SetName;
  readonly kind: RecordKind;
  readonly stamp: Stamp;
  readonly says: object;
}

/** Adds a record about a set. Resolves to the reason when the store didn't take it; a store without records takes none. */
export async function writeRecord(store: Store, record: Said, io: Io): Promise<ColdstoreError | undefined> {
  return writeOnce(store, recordPut(record), io);
}

/** A record about a set, to be put with others. */
export function recordPut({ set, kind, stamp, says }: Said): Put {
  return putOf(recordKey(set, kind, keyStamp(stamp)), { schema: "coldstore/record/1", kind, ...says });
}

/** Adds a run's line to a project's history, likewise. */
export async function writeHistory(
  store: Store,
  line: { readonly project: string; readonly stamp: Stamp; readonly says: object },
  io: Io,
): Promise<ColdstoreError | undefined> {
  const key = historyLineKey(line.project, line.stamp);
  return writeOnce(store, putOf(key, { schema: "coldstore/history/1", ...line.says }), io);
}

/** Where a run's line in a project's history lies. */
export function historyLineKey(project: string, stamp: Stamp): string {
  return historyKey(project, keyStamp(stamp));
}

function keyStamp({ time, run }: Stamp): { readonly time: string; readonly run: string } {
  return { time: compactTime(time), run };
}

function putOf(key: string, value: object): Put {
  return { key, artifact: smallArtifact(key.slice(key.lastIndexOf("/") + 1), readableJson(value)) };
}

async function writeOnce(store: Store, put: Put, io: Io): Promise<ColdstoreError | undefined> {
  if (!store.traits.records) return undefined;
  try {
    for await (const result of store.put([put], io)) if (result.outcome === "failed") return result.error;
    await store.settle(io);
    return undefined;
  } catch (error) {
    return asColdstoreError(error);
  }
}
