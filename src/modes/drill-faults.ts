import type { ColdstoreError } from "../model/errors.ts";
import type { Io, Store } from "../ports/store.ts";
import { type Drill, drillSet } from "../steps/drill-set.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import type { Verdict } from "../steps/tell-verified.ts";
import type { Fault } from "../steps/verify-files.ts";

/** Brings a set back, out of sight, once nothing else was found against it. */
export async function drillFaults(
  store: Store,
  { prefix, manifest: { content, artifacts } }: CompleteSet,
  drill: Drill,
  { signal }: Io,
): Promise<Pick<Verdict, "faults" | "note">> {
  const source = { store, prefix, content, artifacts };
  const { errors, note } = await drillSet(source, drill, { signal, progress: () => undefined });
  return { faults: errors.map(faultOf), ...(note !== undefined && { note }) };
}

/** What stands against a set that couldn't be brought back; only damage tells that anything is wrong with it. */
export function faultOf(error: ColdstoreError): Fault {
  if (error.failure === "integrity") return { kind: "changed", detail: error.message };
  return { kind: "unreadable", detail: error.message, error };
}
