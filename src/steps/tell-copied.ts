import { exitCodeOf, type ColdstoreError } from "../model/errors.ts";
import type { OutcomeWord } from "../model/report.ts";
import type { SetName } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import type { Io, Put, Store } from "../ports/store.ts";
import type { JobResult } from "./do-job.ts";
import { proofOf } from "./tell-stores.ts";
import { recordPut, writeHistory, type Stamp } from "./write-records.ts";

/** The record of the proof that a copy was given; undefined for one that was given none. */
export function proofPut(told: {
  readonly set: SetName;
  readonly result: JobResult;
  readonly level: string;
  readonly stamp: Stamp;
}): Put | undefined {
  const { set, result, level, stamp } = told;
  // What stood before bears evidence only when this run proved all of it.
  const isProven = result.kind === "stored" || (result.kind === "unchanged" && result.evidence !== undefined);
  if (!isProven || result.unread !== undefined) return undefined;
  return recordPut({
    set,
    kind: "proof",
    stamp,
    says: { ...proofOf(result.manifest, level), evidence: result.evidence },
  });
}

/** A run that copied sets, as one store should remember it. */
export interface CopyTelling {
  readonly started: Date;
  readonly stamp: Stamp;
  readonly ends: readonly {
    readonly set: SetName;
    readonly word: OutcomeWord;
    readonly error?: ColdstoreError | undefined;
  }[];
  /** What went wrong beside them. */
  readonly errors: readonly ColdstoreError[];
}

// More of them are counted.
const mostSets = 1000;

/** Adds the run to the history of each project; resolves to the reason when the store takes nothing. */
export async function tellCopied(store: Store, telling: CopyTelling, io: Io): Promise<ColdstoreError | undefined> {
  for (const [project, ends] of Map.groupBy(telling.ends, ({ set }) => set.project)) {
    const refused = await writeHistory(
      store,
      { project, stamp: telling.stamp, says: historyOf({ ...telling, ends }) },
      io,
    );
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function historyOf({ started, stamp, ends, errors }: CopyTelling): object {
  const failures = [...errors, ...ends.flatMap(({ error }) => error ?? [])].map(({ failure }) => failure);
  const news = ends.filter(({ word }) => word !== "unchanged");
  return {
    mode: "replicate",
    run: stamp.run,
    started: rfc3339(started),
    finished: rfc3339(stamp.time),
    exit: exitCodeOf(failures),
    unchanged: ends.length - news.length,
    sets: news.slice(0, mostSets).map(({ set, word, error }) => ({
      set: `${set.mode}/${set.id}`,
      outcome: word,
      ...(error && { failure: error.failure, detail: error.message }),
    })),
  };
}
