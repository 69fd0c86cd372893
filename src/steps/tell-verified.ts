import type { ArchiveSet } from "../model/archive-set.ts";
import { exitCodeOf, type ColdstoreError } from "../model/errors.ts";
import { rfc3339 } from "../model/timestamps.ts";
import type { Io, Store } from "../ports/store.ts";
import { proofOf } from "./tell-stores.ts";
import type { Fault } from "./verify-files.ts";
import type { VerifyLevel } from "./verify-set.ts";
import { writeHistory, writeRecord, type Stamp } from "./write-records.ts";

/** A set that was verified, and what was wrong with it. */
export interface Verdict {
  readonly set: ArchiveSet;
  readonly faults: readonly Fault[];
  readonly seconds: number;
  /** What else is to be known of a set that is sound. */
  readonly note?: string;
}

export interface Verification {
  readonly verdicts: readonly Verdict[];
  readonly level: VerifyLevel;
  readonly started: Date;
  readonly stamp: Stamp;
}

/**
 * Adds a proof to each set whose bytes were read and are right, and the run to the history of each project. Needs no
 * permission: resolves to the reason when the store takes nothing.
 */
export async function tellVerified(
  store: Store,
  verification: Verification,
  io: Io,
): Promise<ColdstoreError | undefined> {
  const { verdicts, level, stamp } = verification;
  for (const { set, faults } of level === "list" ? [] : verdicts) {
    if (faults.length > 0 || set.state !== "complete") continue;
    const refused = await writeRecord(
      store,
      { set: set.name, kind: "proof", stamp, says: proofOf(set.manifest, level) },
      io,
    );
    if (refused !== undefined) return refused;
  }
  for (const [project, own] of Map.groupBy(verdicts, ({ set }) => set.name.project)) {
    const refused = await writeHistory(store, { project, stamp, says: historyOf(verification, own) }, io);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function historyOf({ level, started, stamp }: Verification, verdicts: readonly Verdict[]): object {
  return {
    mode: "verify",
    level,
    run: stamp.run,
    started: rfc3339(started),
    finished: rfc3339(stamp.time),
    exit: exitCodeOf(verdicts.flatMap(({ faults }) => faults.map(({ error }) => error?.failure ?? "integrity"))),
    sets: verdicts.map(({ set, faults }) => ({
      set: `${set.name.mode}/${set.name.id}`,
      faults: faults.slice(0, 20).map(({ kind, file, entry, detail }) => ({ kind, file, entry, detail })),
    })),
  };
}
