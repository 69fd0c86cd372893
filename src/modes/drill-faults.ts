import type { Io, Store } from "../ports/store.ts";
import { type Drill, drillSet } from "../steps/drill-set.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import type { Verdict } from "../steps/tell-verified.ts";

/** Brings a set back, out of sight, once nothing else was found against it. */
export async function drillFaults(
  store: Store,
  { prefix, manifest: { content, artifacts } }: CompleteSet,
  drill: Drill,
  { signal }: Io,
): Promise<Pick<Verdict, "faults" | "note">> {
  const source = { store, prefix, content, artifacts };
  const { errors, note } = await drillSet(source, drill, { signal, progress: () => undefined });
  const faults = errors.map((error) => ({
    kind: error.failure === "integrity" ? ("changed" as const) : ("unreadable" as const),
    detail: error.message,
    ...(error.failure !== "integrity" && { error }),
  }));
  return { faults, ...(note !== undefined && { note }) };
}
