import { lastProofRow, setBytes } from "../model/archive-set.ts";
import type { ColdstoreError } from "../model/errors.ts";
import { isNeverProven, type Outcome, type Report, type Status, wordFor } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Store } from "../ports/store.ts";
import type { ReplicateSettings } from "../settings/settings.ts";
import { DamagedFile } from "../steps/fetch-files.ts";
import type { Verdict } from "../steps/tell-verified.ts";
import type { CopyEnd } from "./replicate-set.ts";
import { verifyReport } from "./verify-report.ts";

/** How a run that copies sets ended. */
export interface ReplicationEnd {
  readonly settings: ReplicateSettings;
  readonly from: Store;
  /** Sets that aren't whole in the source. */
  readonly broken: readonly Verdict[];
  readonly ends: readonly CopyEnd[];
  /** Stores to which nothing could be copied. */
  readonly failed: readonly { readonly store: Store; readonly error: ColdstoreError }[];
  readonly warnings: readonly string[];
}

/** What such a run has to say: a row for what is broken in the source, then one for each set in each store. */
export function replicateReport(end: ReplicationEnd): Report {
  const { settings, from, broken, ends, failed } = end;
  const source = verifyReport([{ store: from, verdicts: broken }], "list");
  const damaged = damagedFiles(ends);
  const outcomes: readonly Outcome[] = [
    ...source.outcomes,
    ...damaged.map(({ set, file, detail }): Outcome => ({ outcome: "corrupt", store: from.name, set, file, detail })),
    ...ends.map((each) => outcomeOf(each, settings)),
    ...failed.map(({ store, error }): Outcome => ({
      outcome: wordFor(error),
      store: store.name,
      detail: error.message,
    })),
  ];
  const errors = [
    ...source.errors,
    ...new Set(ends.flatMap(({ result, errors: others }) => [...errorOf(result), ...others])),
    ...failed.map(({ error }) => error),
  ];
  const status = statusOf(outcomes, errors, settings);
  const warnings = [...new Set([...end.warnings, ...ends.flatMap((each) => each.warnings)])];
  const outputs = { status, ...outputsOf(ends), stores: outcomes };
  return { mode: "replicate", status, outcomes, warnings, errors, outputs };
}

interface Damage {
  readonly set: string;
  readonly file: string;
  readonly detail: string;
}

/** One store's bad luck is that of all that the file was read for. */
function damagedFiles(ends: readonly CopyEnd[]): readonly Damage[] {
  const found = new Map<string, Damage>();
  for (const { set, result } of ends)
    if ("error" in result && result.error instanceof DamagedFile) {
      const { message, file, detail } = result.error;
      found.set(message, { set: setText(set), file, detail });
    }
  return [...found.values()];
}

function errorOf(result: CopyEnd["result"]): readonly ColdstoreError[] {
  if ("error" in result) return [result.error];
  return "unread" in result && result.unread !== undefined ? [result.unread] : [];
}

function outcomeOf(end: CopyEnd, { prove }: ReplicateSettings): Outcome {
  const { store, set, plan, result, seconds, shown } = end;
  const url = shown?.url === undefined ? {} : { url: shown.url };
  const row = { store: store.name, set: setText(set), ...(seconds !== undefined && { seconds }), ...url };
  if ("error" in result) return { ...row, outcome: result.kind, detail: detailOf(result.error) };
  if (result.kind === "foreseen")
    return { ...row, outcome: "would-store", bytes: result.bytes, ...foreseenDetail(end) };
  const bytes = setBytes(result.manifest);
  const { kind, evidence = [], unread } = result;
  const known = {
    ...(evidence.length > 0 && { evidence }),
    ...(unread && { detail: unread.message }),
  };
  const isWhole = kind === "stored" || (kind === "unchanged" && result.evidence !== undefined);
  if (isWhole) return { ...row, outcome: kind, bytes, proof: unread ? "none" : prove, ...known };
  if (kind === "unproven") return { ...row, outcome: kind, bytes, proof: "none", ...known };
  if (kind === "repaired")
    return { ...row, outcome: kind, bytes, proof: "digest", ...known, ...lastProof(end, result) };
  return { ...row, outcome: kind, bytes, ...lastProof(end, result, plan.found.set) };
}

/** Of a file that is damaged where it comes from, the row before tells more. */
function detailOf(error: ColdstoreError): string {
  return error instanceof DamagedFile ? `not copied: ${error.file} ${error.detail} where it comes from` : error.message;
}

function foreseenDetail({ plan: { job } }: CopyEnd): { readonly detail?: string } {
  if (job.kind === "repair")
    return { detail: `puts back ${job.wanted.length === 1 ? "a file" : "files"} that the set there lacks` };
  if (job.kind === "copy" && job.replaces !== undefined) return { detail: "in the place of the set there" };
  if (job.kind === "copy" && job.there.length > 0) return { detail: "what an earlier run has left there stays" };
  return {};
}

type Present = Extract<CopyEnd["result"], { manifest: unknown }>;

function lastProof({ plan }: CopyEnd, { manifest, winner }: Present, standing = plan.found.set) {
  return lastProofRow(winner ?? standing, manifest);
}

function statusOf(
  outcomes: readonly Outcome[],
  errors: readonly ColdstoreError[],
  { dryRun }: ReplicateSettings,
): Status {
  if (errors.length > 0) {
    const words = new Set(errors.map(wordFor));
    return words.has("failed") ? "failed" : words.has("conflict") ? "conflict" : "immutable";
  }
  if (dryRun) return "planned";
  if (outcomes.some((each) => each.proof === "none" || isNeverProven(each))) return "unproven";
  return outcomes.every(({ outcome }) => outcome === "unchanged" || outcome === "kept") ? "unchanged" : "ok";
}

/** Of a single set, what later steps of a workflow may ask. */
function outputsOf(ends: readonly CopyEnd[]): Readonly<Record<string, unknown>> {
  const [first] = ends;
  if (first === undefined || ends.some(({ set }) => setText(set) !== setText(first.set))) return {};
  const shown = ends.find((end) => end.shown !== undefined)?.shown;
  return { set: first.set.id, ...shown?.outputs };
}
