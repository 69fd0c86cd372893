import type { Details, Made } from "./details.ts";
import type { ColdstoreError } from "./errors.ts";

export const reportSchema = "coldstore/report/1";

export type OutcomeWord =
  | "stored"
  | "unchanged"
  | "repaired"
  | "kept"
  | "would-store"
  | "removed"
  | "ok"
  | "missing"
  | "corrupt"
  | "unproven"
  | "conflict"
  | "immutable"
  | "failed"
  | "unknown";

export type Status =
  | "ok"
  | "unchanged"
  | "planned"
  | "partial"
  | "unproven"
  | "stale"
  | "conflict"
  | "immutable"
  | "failed";

/** How the bytes in a store were confirmed: by a digest that the store reports, by reading them back, or not. */
export type Proof = "digest" | "read" | "drill" | "none";

/** What has shown that files of a set lie in a store as they were made, and of how many files. */
export interface Evidence {
  /** A digest that the store reports itself, by its name (`md5`), or `read`: the bytes were read back. */
  readonly by: string;
  readonly files: number;
}

/** One row of a report: what happened to one thing (a set, or one file of it) in one store. */
export interface Outcome {
  readonly outcome: OutcomeWord;
  readonly store: string;
  /** `project/mode/id` of the set that it is about. */
  readonly set?: string;
  /** The file or entry, when it is about one. */
  readonly file?: string;
  readonly bytes?: number;
  readonly seconds?: number;
  readonly proof?: Proof;
  /** What the proof rests on, file by file, its manifest aside; of sets that this run stored or verified. */
  readonly evidence?: readonly Evidence[];
  /** RFC 3339: when the set was last proven, as the store's records say. */
  readonly proven?: string;
  readonly url?: string;
  /** One sentence for a person: what is wrong and what to do, or what is worth knowing. */
  readonly detail?: string;
}

/** Whether the row is of a set that was there before, and that no one has proven since it was made. */
export function isNeverProven({ outcome, proof, proven }: Outcome): boolean {
  // Of a repaired set a proof without a time is that of what was put back.
  const counts = outcome === "repaired" ? proof === "none" : proof !== undefined;
  const stood = outcome === "unchanged" || outcome === "kept" || outcome === "repaired";
  return stood && !counts && proven === undefined;
}

/** The outcome of a set that an error kept from being made. */
export function wordFor({ failure }: ColdstoreError): "conflict" | "immutable" | "failed" {
  return failure === "conflict" || failure === "immutable" ? failure : "failed";
}

/** Something that a person should know: an error makes the run red, a warning doesn't. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** All that a run has to say. Made by a mode, turned into words by `render/` and into an exit code by the entries. */
export interface Report {
  readonly mode: string;
  readonly status: Status;
  readonly outcomes: readonly Outcome[];
  readonly warnings: readonly string[];
  readonly errors: readonly ColdstoreError[];
  /** Values under the names of the documented outputs; absent ones are left out. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the mode found, for people: printed after the outcomes. */
  readonly details?: Details;
  /** Of a making run that was asked to look back. */
  readonly made?: Made;
}
