import { join } from "node:path";
import { isProvenByListing, lastProofRow, setBytes } from "../model/archive-set.ts";
import { SeveralErrors } from "../model/errors.ts";
import { storedFiles } from "../model/manifest.ts";
import { isNeverProven, type Outcome, type Proof, type Report, type Status, wordFor } from "../model/report.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import { foldersOf } from "../model/store-address.ts";
import type { Shown } from "../ports/store.ts";
import type { Job } from "../steps/decide-job.ts";
import type { JobResult } from "../steps/do-job.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import type { Unfit } from "../steps/preflight.ts";
import type { Untold } from "../steps/tell-stores.ts";
import type { StoreEnd } from "./fill-stores.ts";
import type { MakingOrder } from "./making-order.ts";

export interface MakingEnd {
  readonly order: MakingOrder;
  readonly ends: readonly StoreEnd[];
  readonly unfit: readonly Unfit[];
  readonly untold: Untold;
}

/** What a making run has to say when it's over: an outcome a store, and the outputs. */
export function makingReport({ order, ends, unfit, untold }: MakingEnd): Report {
  const outcomes = [...ends.map((end) => outcomeOf(order, end)), ...unfit.map((each) => outcomeOfUnfit(order, each))];
  const status = untold.errors.length > 0 ? "failed" : statusOf(outcomes);
  return {
    mode: order.settings.mode,
    status,
    outcomes,
    warnings: [...order.warnings, ...ends.flatMap(warningsOf), ...untold.warnings],
    errors: [
      ...unfit.flatMap((each) => each.errors),
      ...new Set(ends.flatMap(({ result }) => ("error" in result ? result.error : (result.unread ?? [])))),
      ...untold.errors,
    ],
    outputs: { status, ...outputsOf(order, ends), ...shownOutputs(ends), stores: outcomes },
    ...(order.details && { details: order.details }),
  };
}

function outcomeOf({ set, settings, started }: MakingOrder, { store, job, result, seconds, shown }: StoreEnd): Outcome {
  const url = shown?.url === undefined ? {} : { url: shown.url };
  // Of a set that was just stored it goes without saying.
  const news = shown?.news === undefined || result.kind === "stored" ? {} : { detail: shown.news };
  const row = { outcome: result.kind, store: store.name, set: setText(setOf(set, result)), ...url, ...news };
  if ("error" in result) return { ...row, seconds, detail: result.error.message };
  const bytes = setBytes(result.manifest);
  const stood = standingIn(job) ?? (result.kind === "unchanged" ? result.winner : undefined);
  if (stood === undefined || result.kind === "stored" || result.kind === "unproven")
    return { ...row, seconds, bytes, ...proofRow(result, settings.prove) };
  if (job.kind === "repair")
    return { ...row, seconds, bytes, ...proofRow(result, "digest"), ...repairedRow(job, result, started) };
  const last = lastProofRow(stood, result.manifest);
  return { ...row, ...(job.kind !== "leave" && { seconds }), bytes, ...last };
}

/** How this run proved what it stored, or why it couldn't. */
function proofRow({ kind, evidence = [], unread }: Present, prove: Proof): Partial<Outcome> {
  return {
    proof: kind === "unproven" ? "none" : prove,
    ...(evidence.length > 0 && { evidence }),
    ...(unread && { detail: unread.message }),
  };
}

/** What was put back is proven; where the store's own digests prove all else, so is the whole set, and now. */
function repairedRow({ set, missing }: Repair, { manifest }: Present, started: Date) {
  if (isProvenByListing(set, manifest, missing)) return { proven: rfc3339(started) };
  return lastProofRow(set, manifest);
}

type Repair = Extract<Job, { kind: "repair" }>;
type Present = Extract<JobResult, { manifest: unknown }>;

/** The set that is in the store now: an archive that is unchanged stands under the name of an earlier one. */
function setOf(set: SetName, result: JobResult): SetName {
  return "manifest" in result ? { ...set, id: result.manifest.run.set } : set;
}

/** The set whose records tell when it was last proven; none when it has just been made, by this run or another. */
function standingIn(job: Job): CompleteSet | undefined {
  return job.kind === "leave" || job.kind === "compare" || job.kind === "repair" ? job.set : undefined;
}

function outcomeOfUnfit({ set }: MakingOrder, { store, errors }: Unfit): Outcome {
  const words = new Set(errors.map(wordFor));
  const [word = "failed"] = words.size === 1 ? words : [];
  return { outcome: word, store: store.name, set: setText(set), detail: new SeveralErrors(errors).message };
}

function statusOf(outcomes: readonly Outcome[]): Status {
  const words = outcomes.map(({ outcome }) => outcome);
  if (words.includes("failed")) return "failed";
  if (words.includes("conflict")) return "conflict";
  if (words.includes("immutable")) return "immutable";
  if (outcomes.some((each) => each.proof === "none" || isNeverProven(each))) return "unproven";
  return words.every((word) => word === "unchanged" || word === "kept") ? "unchanged" : "ok";
}

function warningsOf({ shown, unkept }: StoreEnd): readonly string[] {
  return [...(shown?.warnings ?? []), ...(unkept === undefined ? [] : [unkept])];
}

/** What later steps may ask of the first store that has shown the set. */
function shownOutputs(ends: readonly StoreEnd[]): Shown["outputs"] {
  return ends.find(({ shown }) => shown !== undefined)?.shown?.outputs ?? {};
}

function outputsOf({ set, name, settings }: MakingOrder, ends: readonly StoreEnd[]): Readonly<Record<string, unknown>> {
  const found = ends.find(({ result }) => "manifest" in result);
  if (found === undefined || !("manifest" in found.result)) return { set: set.id, name };
  const { manifest, manifestName } = found.result;
  const standing = setOf(set, found.result);
  const local = foldersOf(settings.stores.filter(({ text }) => text === found.store.name))[0];
  const pathOf = (file: string) =>
    local === undefined ? found.kept?.get(file) : join(local, setPrefix(standing), file);
  const archive = manifest.artifacts.find(({ role }) => role === "archive");
  const checksums = manifest.artifacts.find(({ role }) => role === "checksums");
  return {
    set: standing.id,
    name: manifest.run.name,
    archive: archive?.parts === undefined ? archive && pathOf(archive.name) : undefined,
    sha256: archive?.sha256,
    "tar-sha256": manifest.content.tar.sha256,
    bytes: archive?.bytes,
    manifest: pathOf(manifestName),
    checksums: checksums && pathOf(checksums.name),
    artifacts: storedFiles(manifest).map(({ name, bytes, sha256 }) => ({
      name,
      path: pathOf(name),
      size: bytes,
      sha256,
    })),
  };
}
