import type { ArchiveSet } from "../model/archive-set.ts";
import { ColdstoreError } from "../model/errors.ts";
import { setText } from "../model/set-name.ts";
import type { CompleteSet, Standing } from "./find-standing.ts";

/** What is to be done in one store. */
export type Job =
  | { readonly kind: "make" }
  /** Store beside what is there, and swap the manifest last. */
  | { readonly kind: "replace"; readonly set: ArchiveSet }
  /** Put files back that the set's manifest names. */
  | { readonly kind: "repair"; readonly set: CompleteSet; readonly missing: readonly string[] }
  /** Only the built content tells whether the set is equal. */
  | { readonly kind: "compare"; readonly set: CompleteSet; readonly otherwise: Job }
  | { readonly kind: "leave"; readonly outcome: "unchanged" | "kept"; readonly set: CompleteSet }
  | { readonly kind: "refuse"; readonly error: ColdstoreError };

export interface JobRules {
  readonly onConflict: "fail" | "replace" | "keep";
  /** False when content depends on more than the plan (export-subst: git). */
  readonly planDecides: boolean;
  readonly store: string;
}

/** Turns what stands in a store into what to do there. */
export function decideJob(standing: Standing, rules: JobRules): Job {
  switch (standing.kind) {
    case "absent":
      return { kind: "make" };
    case "unfinished":
      return rules.onConflict === "replace" ? { kind: "replace", set: standing.set } : { kind: "make" };
    case "damaged":
      return rules.onConflict === "replace"
        ? replaceJob(standing.set, rules)
        : { kind: "refuse", error: standing.error };
    case "other":
      return jobForOther(standing, rules);
    case "equal":
      return jobForEqual(standing.set, standing.missing, rules);
  }
}

function jobForEqual(set: CompleteSet, missing: readonly string[], rules: JobRules): Job {
  if (missing.length > 0) return { kind: "repair", set, missing };
  if (rules.planDecides) return { kind: "leave", outcome: "unchanged", set };
  const why = `${setText(set.name)} is there with other content: what export-subst expands has changed`;
  return { kind: "compare", set, otherwise: jobForOther({ kind: "other", set, why }, rules) };
}

function jobForOther({ set, why }: Extract<Standing, { kind: "other" }>, rules: JobRules): Job {
  if (rules.onConflict === "replace") return replaceJob(set, rules);
  if (rules.onConflict === "keep" && set.state === "complete") return { kind: "leave", outcome: "kept", set };
  const way = "use --on-conflict replace to store this one in its place, or keep to leave it";
  return { kind: "refuse", error: new ColdstoreError("conflict", `${why} (in ${rules.store}); ${way}`) };
}

function replaceJob(set: ArchiveSet, rules: JobRules): Job {
  if (!set.frozen) return { kind: "replace", set };
  return {
    kind: "refuse",
    error: new ColdstoreError(
      "conflict",
      `${setText(set.name)} in ${rules.store} is frozen and is never replaced; store this one elsewhere`,
    ),
  };
}

/** Whether a job needs the set's files to be made. */
export function needsFiles(job: Job): boolean {
  return job.kind === "make" || job.kind === "replace" || job.kind === "repair" || job.kind === "compare";
}

/** A base for file names that no file in the way of a `replace` begins with: NAME, else NAME-r2, NAME-r3, … */
export function freeBase(name: string, jobs: readonly Job[]): string {
  const taken = jobs
    .map((job) => (job.kind === "compare" ? job.otherwise : job))
    .flatMap((job) => (job.kind === "replace" ? job.set.files.map((file) => file.name) : []));
  let base = name;
  for (let n = 2; taken.some((file) => file.startsWith(`${base}.`)); n++) base = `${name}-r${n}`;
  return base;
}
