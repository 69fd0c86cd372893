import type { Outcome, OutcomeWord, Report } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { notReplicatedText } from "./replicated-text.ts";
import { errorsOf } from "./report-errors.ts";

/** What failed and where, in a few words without the reason: `v1 failed in 1 of 3 stores`, `2 of 14 sets are damaged in ./cold`. */
export function failedText(report: Report): string {
  return (
    damagedText(report) ?? uncopiedText(report) ?? `${subjectOf(report)} ${failedWord(report)}${whereText(report)}`
  );
}

/** Whether such words say no more than that the mode failed. */
export function isBare(failed: string, report: Report): boolean {
  return failed === `${report.mode} ${failedWord(report)}`;
}

/** Of sets that were verified it's said how many are unsound; undefined if none is. */
function damagedText(report: Report): string | undefined {
  if (report.mode !== "verify" || isInterrupted(report)) return undefined;
  const unsound = setsOf(report.outcomes.filter(({ outcome }) => unsoundWords.has(outcome))).length;
  if (unsound === 0) return undefined;
  const all = formatCount(setsOf(report.outcomes).length, "set");
  const stores = [...new Set(report.outcomes.map(({ store }) => visibleText(store)))].join(", ");
  return `${formatCount(unsound)} of ${all} ${unsound === 1 ? "is" : "are"} damaged in ${stores}`;
}

function uncopiedText(report: Report): string | undefined {
  return report.mode === "replicate" && !isInterrupted(report) ? notReplicatedText(report) : undefined;
}

const unsoundWords: ReadonlySet<OutcomeWord> = new Set<OutcomeWord>(["missing", "corrupt"]);
const failedWords: ReadonlySet<OutcomeWord> = new Set<OutcomeWord>(["failed", "unknown", "conflict", "immutable"]);
const makingModes: ReadonlySet<string> = new Set(["snapshot", "archive"]);

/** The set that was to be made; else the mode, and of what. */
function subjectOf({ mode, outcomes, outputs }: Report): string {
  const sets = setsOf(outcomes);
  const [set, ...others] = sets;
  if (!makingModes.has(mode)) {
    const what = others.length > 0 ? formatCount(sets.length, "set") : set;
    return what === undefined ? mode : `${mode} of ${visibleText(what)}`;
  }
  const id = outputs["set"] ?? set?.slice(set.lastIndexOf("/") + 1);
  return typeof id === "string" ? visibleText(id) : mode;
}

function failedWord(report: Report): string {
  if (isInterrupted(report)) return "was interrupted";
  const bad = report.outcomes.filter(({ outcome }) => failedWords.has(outcome));
  return bad.length > 0 && bad.every(({ outcome }) => outcome === "immutable") ? "is immutable" : "failed";
}

function isInterrupted(report: Report): boolean {
  return errorsOf(report).some(({ failure }) => failure === "interrupted");
}

/** In which of the stores a set couldn't be made. */
function whereText({ mode, outcomes }: Report): string {
  if (!makingModes.has(mode)) return "";
  const stores = new Set(outcomes.map(({ store }) => store));
  const failed = [...new Set(outcomes.filter(({ outcome }) => failedWords.has(outcome)).map(({ store }) => store))];
  const [first] = failed;
  if (first === undefined) return "";
  return stores.size === 1 ? ` in ${visibleText(first)}` : ` in ${formatCount(failed.length)} of ${stores.size} stores`;
}

function setsOf(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ set }) => set ?? []))];
}
