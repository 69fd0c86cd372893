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
      return jobForDamaged(standing, rules);
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

/** Of two manifests only a person can tell which one is to go; one of a newer Coldstore is nothing that is damaged. */
function jobForDamaged({ set, error }: Extract<Standing, { kind: "damaged" }>, rules: JobRules): Job {
  const replaceable = rules.onConflict === "replace" && set.manifests.length === 1 && set.newer !== true;
  return replaceable ? replaceJob(set, rules) : { kind: "refuse", error };
}

function jobForOther({ set, why, replacing }: Extract<Standing, { kind: "other" }>, rules: JobRules): Job {
  if (rules.onConflict === "replace") return replaceJob(set, rules);
  if (rules.onConflict === "keep" && set.state === "complete") return { kind: "leave", outcome: "kept", set };
  const place = replacing === "beside" ? "as a set of its own beside it" : "in its place";
  const way = `use on-conflict: replace to store this one ${place}, or on-conflict: keep to leave it`;
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

/** What is to be done once the content is known; other jobs stay what they are. */
export function jobKnowing(job: Job, contentSha256: string): Job {
  if (job.kind !== "compare") return job;
  const { set, otherwise } = job;
  const isEqual = set.manifest.content_sha256 === contentSha256;
  return isEqual ? { kind: "leave", outcome: "unchanged", set } : otherwise;
}

/** Whether a job needs the set's files to be made. */
export function needsFiles(job: Job): boolean {
  return job.kind === "make" || job.kind === "replace" || job.kind === "repair" || job.kind === "compare";
}

/** What a set's files are called beside those that are there. */
export interface FreeNames {
  /** What the set's own files begin with: NAME, else NAME-r2, NAME-r3, … */
  readonly base: string;
  /** The name of a build output: as it is, else with the same mark before its endings. */
  readonly nameOf: (file: string) => string;
}

/** Names that no file in the way of a `replace` has. */
export function freeNames(name: string, files: readonly string[], jobs: readonly Job[]): FreeNames {
  const plain = jobs.map((job) => (job.kind === "compare" ? job.otherwise : job));
  const taken = plain.flatMap((job) => (job.kind === "replace" ? job.set.files.map((file) => file.name) : []));
  let names = namesAt(name, "");
  for (let n = 2; collides(names, files, taken); n++) names = namesAt(name, `-r${n}`);
  return names;
}

function namesAt(name: string, mark: string): FreeNames {
  return { base: name + mark, nameOf: (file) => file.replace(/^([^.]*)/, `$1${mark}`) };
}

function collides({ base, nameOf }: FreeNames, files: readonly string[], taken: readonly string[]): boolean {
  return taken.some((file) => file.startsWith(`${base}.`)) || files.some((file) => taken.includes(nameOf(file)));
}
