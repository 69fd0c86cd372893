import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import { historyKey, recordKey, type RecordKind } from "../model/keys.ts";
import { readableJson } from "../model/canonical-json.ts";
import type { SetName } from "../model/set-name.ts";
import { compactTime } from "../model/timestamps.ts";
import type { Io, Store } from "../ports/store.ts";
import { smallArtifact } from "./small-artifact.ts";

/** Which run says it, and when. */
export interface Stamp {
  readonly time: Date;
  readonly run: string;
}

/** Adds a record about a set. Resolves to the reason when the store didn't take it; a store without records takes none. */
export async function writeRecord(
  store: Store,
  record: { readonly set: SetName; readonly kind: RecordKind; readonly stamp: Stamp; readonly says: object },
  io: Io,
): Promise<ColdstoreError | undefined> {
  const key = recordKey(record.set, record.kind, keyStamp(record.stamp));
  return writeOnce(store, { key, value: { schema: "coldstore/record/1", kind: record.kind, ...record.says } }, io);
}

/** Adds a run's line to a project's history, likewise. */
export async function writeHistory(
  store: Store,
  line: { readonly project: string; readonly stamp: Stamp; readonly says: object },
  io: Io,
): Promise<ColdstoreError | undefined> {
  const key = historyKey(line.project, keyStamp(line.stamp));
  return writeOnce(store, { key, value: { schema: "coldstore/history/1", ...line.says } }, io);
}

function keyStamp({ time, run }: Stamp): { readonly time: string; readonly run: string } {
  return { time: compactTime(time), run };
}

async function writeOnce(store: Store, { key, value }: { readonly key: string; readonly value: object }, io: Io) {
  if (!store.traits.records) return undefined;
  const artifact = smallArtifact(key.slice(key.lastIndexOf("/") + 1), readableJson(value));
  try {
    for await (const result of store.put([{ key, artifact }], io)) if (result.outcome === "failed") return result.error;
    await store.settle(io);
    return undefined;
  } catch (error) {
    return asColdstoreError(error);
  }
}
