import type { Outcome, Proof } from "../model/report.ts";
import { formatBytes, formatDuration } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { evidenceText } from "./evidence-text.ts";
import { readableTime } from "./times.ts";

/**
 * One outcome in words: `stored app-1.4.0.tar.gz (1.2 MB, 3.4 s) in ./cold`, and what is to be known of it behind a colon.
 * What went well with a file needs no set; what is wrong with one does: `missing a.tar.gz of acme/app/snapshot/v1 in ./cold`.
 */
export function outcomeLine(outcome: Outcome): string {
  const line = [
    outcome.outcome.replaceAll("-", " "),
    ...subjectOf(outcome),
    ...inBrackets(outcome),
    `in ${visibleText(outcome.store)}`,
  ].join(" ");
  const detail = outcome.detail === undefined ? "" : `: ${detailLines(outcome).map(visibleText).join("; ")}`;
  const url = outcome.url === undefined ? "" : ` ${visibleText(outcome.url)}`;
  return line + detail + url;
}

/** What an outcome's detail says, one sentence each. */
export function detailLines({ detail }: { readonly detail?: string | undefined }): readonly string[] {
  return detail?.split("\n") ?? [];
}

function subjectOf({ outcome, file, set }: Outcome): readonly string[] {
  const well = outcome === "stored" || outcome === "would-store" || outcome === "repaired";
  if (file === undefined) return set === undefined ? [] : [visibleText(set)];
  return [visibleText(file), ...(set === undefined || well ? [] : [`of ${visibleText(set)}`])];
}

function inBrackets(outcome: Outcome): readonly string[] {
  const { bytes, seconds, proof, proven, detail } = outcome;
  const facts = [
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(seconds === undefined ? [] : [formatDuration(seconds)]),
    ...(proof === undefined
      ? []
      : [[proofWordsOf(outcome, proof), ...evidenceText(outcome).map((text) => visibleText(text))].join(": ")]),
    ...(proven === undefined || detail !== undefined || isPutBack(outcome)
      ? []
      : [`last proven ${readableTime(proven)} UTC`]),
  ];
  return facts.length === 0 ? [] : [`(${facts.join(", ")})`];
}

/** Of a repaired set that is told which this run has shown; when the rest of it was last proven is another matter. */
function isPutBack({ outcome, proof }: Outcome): boolean {
  return outcome === "repaired" && proof !== undefined && proof !== "none";
}

function proofWordsOf(outcome: Outcome, proof: Proof): string {
  return isPutBack(outcome) ? `what was put back is ${proofWords[proof]}` : proofWords[proof];
}

const proofWords = {
  digest: "proven by digest",
  read: "proven by reading back",
  drill: "proven by a restore",
  none: "not proven",
} as const;
