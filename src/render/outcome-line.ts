import type { Outcome } from "../model/report.ts";
import { formatBytes, formatDuration } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { readableTime } from "./times.ts";

/** One outcome in words: `stored app-1.4.0.tar.gz (1.2 MB, 3.4 s) in ./cold`, and what is to be known of it behind a colon. */
export function outcomeLine(outcome: Outcome): string {
  const subject = outcome.file ?? outcome.set;
  const line = [
    outcome.outcome.replaceAll("-", " "),
    ...(subject === undefined ? [] : [visibleText(subject)]),
    ...inBrackets(outcome),
    `in ${visibleText(outcome.store)}`,
  ].join(" ");
  const detail = outcome.detail === undefined ? "" : `: ${visibleText(outcome.detail)}`;
  const url = outcome.url === undefined ? "" : ` ${visibleText(outcome.url)}`;
  return line + detail + url;
}

function inBrackets({ bytes, seconds, proof, proven }: Outcome): readonly string[] {
  const facts = [
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(seconds === undefined ? [] : [formatDuration(seconds)]),
    ...(proof === undefined ? [] : [proofWords[proof]]),
    ...(proven === undefined ? [] : [`last proven ${readableTime(proven)} UTC`]),
  ];
  return facts.length === 0 ? [] : [`(${facts.join(", ")})`];
}

const proofWords = {
  digest: "proven by digest",
  read: "proven by reading back",
  drill: "proven by a restore",
  none: "not proven",
} as const;
