import { listedBytes } from "../model/archive-set.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Store } from "../ports/store.ts";
import type { Verdict } from "../steps/tell-verified.ts";
import { evidenceOfSound, type Fault } from "../steps/verify-files.ts";
import type { VerifyLevel } from "../steps/verify-set.ts";

/** What was found in one store, and why not all of it could be looked at. */
export interface StoreVerdicts {
  readonly store: Store;
  readonly verdicts: readonly Verdict[];
  readonly error?: ColdstoreError;
  /** The file, when only one of the set was looked at. */
  readonly file?: string;
}

/** What a verification has to say: a row for each sound set, and one for each thing that is wrong. */
export function verifyReport(all: readonly StoreVerdicts[], level: VerifyLevel): Report {
  const outcomes = all.flatMap((found) => outcomesOf(found, level));
  const errors = all.flatMap(errorsOf);
  const status = errors.length > 0 ? "failed" : level === "list" ? "unproven" : "ok";
  return { mode: "verify", status, outcomes, warnings: [], errors, outputs: { status, stores: outcomes } };
}

function outcomesOf(found: StoreVerdicts, level: VerifyLevel): readonly Outcome[] {
  const store = found.store.name;
  const only = found.file === undefined ? {} : { file: found.file };
  const rest: Outcome[] =
    found.error === undefined
      ? []
      : [{ outcome: "unknown", store, detail: `whether its sets are sound\n${found.error.message}` }];
  const verified = found.verdicts.flatMap(({ set, faults, seconds, note }): Outcome[] => {
    const row = { store, set: setText(set.name) };
    // An archive that was joined again lies beside what the manifest names.
    const bytes = set.files.find(({ name }) => name === found.file)?.bytes ?? listedBytes(set);
    const proof = level === "list" ? "none" : level;
    const detail = note === undefined ? {} : { detail: note };
    const outcome = level === "list" ? "unproven" : "ok";
    const evidence = level === "digest" && set.state === "complete" ? evidenceOfSound(set) : [];
    const rests = evidence.length === 0 ? {} : { evidence };
    if (faults.length === 0) return [{ ...row, ...only, outcome, bytes, seconds, proof, ...rests, ...detail }];
    return faults.map((fault) => ({ ...row, ...describe(fault), outcome: wordFor(fault) }));
  });
  return [...verified, ...rest];
}

function wordFor(fault: Fault): Outcome["outcome"] {
  if (fault.error !== undefined) return "unknown";
  return fault.kind === "missing" && fault.entry === undefined ? "missing" : "corrupt";
}

function describe({ kind, file, entry, detail }: Fault): Pick<Outcome, "file" | "detail"> {
  const place = [file, entry].filter((part) => part !== undefined && part !== "").join(": ");
  return { ...(place && { file: place }), detail: kind === "manifest" ? detail : `${kind}: ${detail}` };
}

function errorsOf({ store, verdicts, error }: StoreVerdicts): readonly ColdstoreError[] {
  const found = verdicts.flatMap(({ set, faults }) =>
    faults.map((fault) => errorOf(fault, `${setText(set.name)} in ${store.name}`)),
  );
  return error === undefined ? found : [...found, error];
}

function errorOf(fault: Fault, where: string): ColdstoreError {
  if (fault.error !== undefined) return fault.error;
  const { file, detail } = describe(fault);
  return new ColdstoreError("integrity", file === undefined ? `${where}: ${detail}` : `${where}: ${file}: ${detail}`);
}
