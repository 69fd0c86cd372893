import { exitCodeOf, type Failure } from "../model/errors.ts";

/** Kinds that share a code are said together. */
type Told = Exclude<Failure, "immutable">;

const meanings: Readonly<Record<Told, string>> = {
  bug: "unexpected: a bug, please report it",
  settings: "settings: a name, a value or a word on the command line is wrong",
  source: "source: unknown ref, no or empty repository, unreadable file, git missing or too old",
  partial: "partial: the rest is stored, something was missing that wasn't allowed to be",
  store: "store: full, read-only, down, refused or stalled; or the run took longer than timeout",
  integrity: "integrity: something is missing, extra, truncated or changed, or a manifest isn't ours",
  "not-found": "no such set, path or store folder",
  stale: "stale: the newest good set is too old",
  unsafe: "unsafe: an archive would reach out of its folder or isn't what it says; none of it was restored",
  conflict: "conflict with an existing or frozen set, or an immutable release",
  interrupted: "interrupted",
};

/** Every exit code with its meaning, in the order of the numbers. */
export function exitCodeRows(): readonly (readonly [code: number, meaning: string])[] {
  const failures = Object.keys(meanings) as Told[];
  const rows = failures.map((failure) => [exitCodeOf([failure]), meanings[failure]] as const);
  return [[0, "good"] as const, ...rows].sort(([a], [b]) => a - b);
}
