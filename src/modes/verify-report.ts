import { ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Store } from "../ports/store.ts";
import type { Verdict } from "../steps/tell-verified.ts";
import type { Fault, VerifyLevel } from "../steps/verify-set.ts";

/** What was found in one store, or why nothing could be. */
export type StoreVerdicts =
  | { readonly store: Store; readonly verdicts: readonly Verdict[] }
  | { readonly store: Store; readonly error: ColdstoreError };

/** What a verification has to say: a row for each sound set, and one for each thing that is wrong. */
export function verifyReport(all: readonly StoreVerdicts[], level: VerifyLevel): Report {
  const outcomes = all.flatMap((found) => outcomesOf(found, level));
  const errors = all.flatMap(errorsOf);
  const status = errors.length > 0 ? "failed" : "ok";
  return { mode: "verify", status, outcomes, warnings: [], errors, outputs: { status, stores: outcomes } };
}

function outcomesOf(found: StoreVerdicts, level: VerifyLevel): readonly Outcome[] {
  const store = found.store.name;
  if ("error" in found) return [{ outcome: "unknown", store, detail: found.error.message }];
  return found.verdicts.flatMap(({ set, faults, seconds }): Outcome[] => {
    const row = { store, set: setText(set.name) };
    const bytes = set.files.reduce((sum, file) => sum + file.bytes, 0);
    const proof = level === "list" ? "none" : level;
    if (faults.length === 0) return [{ ...row, outcome: "ok", bytes, seconds, proof }];
    return faults.map((fault) => ({ ...row, ...describe(fault), outcome: wordFor(fault) }));
  });
}

function wordFor(fault: Fault): Outcome["outcome"] {
  if (fault.error !== undefined) return "unknown";
  return fault.kind === "missing" && fault.entry === undefined ? "missing" : "corrupt";
}

function describe({ kind, file, entry, detail }: Fault): Pick<Outcome, "file" | "detail"> {
  const place = [file, entry].filter((part) => part !== undefined && part !== "").join(": ");
  return { ...(place && { file: place }), detail: `${kind}: ${detail}` };
}

function errorsOf(found: StoreVerdicts): readonly ColdstoreError[] {
  if ("error" in found) return [found.error];
  return found.verdicts.flatMap(({ set, faults }) =>
    faults.map((fault) => errorOf(fault, `${setText(set.name)} in ${found.store.name}`)),
  );
}

function errorOf(fault: Fault, where: string): ColdstoreError {
  if (fault.error !== undefined) return fault.error;
  const { file, detail } = describe(fault);
  return new ColdstoreError("integrity", file === undefined ? `${where}: ${detail}` : `${where}: ${file}: ${detail}`);
}
