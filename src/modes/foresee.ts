import { lastProofRow } from "../model/archive-set.ts";
import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import { type Outcome, wordFor } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { comingSet } from "../steps/coming-set.ts";
import type { Job } from "../steps/decide-job.ts";
import { jobIn } from "./job-in.ts";
import type { MakingOrder } from "./making-order.ts";

/** What a making run would do in one store. */
export interface Foreseen {
  readonly outcome: Outcome;
  readonly error?: ColdstoreError;
}

export type Foreseeable = Pick<
  MakingOrder,
  "settings" | "set" | "revision" | "name" | "files" | "standing" | "standingIsCertain"
>;

/** Looks what a store has, and decides what a run would do there; writes nothing. Never rejects but for an abort. */
export async function foresee(store: Store, order: Foreseeable, io: Io): Promise<Foreseen> {
  const row = { store: store.name, set: setText(order.set) };
  try {
    const coming = comingSet(order);
    const awaitsTag = store.traits.tagged === true && isAhead(order);
    const set = awaitsTag ? { ...coming, awaitsTag } : coming;
    const problems = await store.preflight({ write: false, bytes: 0, set }, io);
    const [problem] = problems.filter(({ failure }) => failure !== "not-found" || store.traits.preexisting === true);
    if (problem !== undefined) throw problem;
    if (awaitsTag) return { outcome: { ...row, outcome: "would-store", detail: "once its commit has a tag" } };
    if (problems.length > 0) return { outcome: { ...row, outcome: "would-store" } };
    return outcomeOf(row, await jobIn(store, order, io));
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    return refused(row, error);
  }
}

/** Of a pull request, which is to become part of a version, and has no tag before that. */
function isAhead({ settings, revision }: Foreseeable): boolean {
  return settings.base !== undefined && revision?.tag === undefined;
}

function outcomeOf(row: Pick<Outcome, "store" | "set">, job: Job): Foreseen {
  switch (job.kind) {
    case "make":
    case "replace":
    case "compare":
      return { outcome: { ...row, outcome: "would-store" } };
    case "repair":
      return { outcome: { ...row, outcome: "would-store", detail: `would put back ${job.missing.join(", ")}` } };
    case "leave": {
      const { set } = job;
      const draft = set.hidden === "until-shown" ? { detail: "it is a draft; a run without draft publishes it" } : {};
      return {
        outcome: { ...row, set: setText(set.name), outcome: job.outcome, ...draft, ...lastProofRow(set, set.manifest) },
      };
    }
    case "refuse":
      return refused(row, job.error);
  }
}

function refused(row: Pick<Outcome, "store" | "set">, error: ColdstoreError): Foreseen {
  return { outcome: { ...row, outcome: wordFor(error), detail: error.message }, error };
}
