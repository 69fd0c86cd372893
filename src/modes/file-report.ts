import type { ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";

/** What the verification of a single file has to say. */
export function fileReport(outcomes: readonly Outcome[], errors: readonly ColdstoreError[]): Report {
  const status = errors.length === 0 ? "ok" : "failed";
  return { mode: "verify", status, outcomes, warnings: [], errors, outputs: { status, stores: outcomes } };
}
