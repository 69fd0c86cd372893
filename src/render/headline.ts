import type { Details, Restored, SetRow } from "../model/details.ts";
import { isNeverProven, type Outcome, type Report, type Status } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import { formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { failedText, isBare } from "./failed-headline.ts";
import { replicatedSentence } from "./replicated-text.ts";
import { errorsOf } from "./report-errors.ts";

/** The first line of all that a person sees of a run: `good` decides its colour, `word` begins it. */
export interface Headline {
  readonly good: boolean;
  readonly word: "ok" | "warning" | "partial" | "unproven" | "failed";
  readonly text: string;
}

/** How the run ended, in one sentence. A single error is the sentence; several are counted. */
export function headlineOf(report: Report): Headline {
  const errors = errorsOf(report);
  const [error, ...others] = errors;
  if (error !== undefined) {
    const text = others.length === 0 ? visibleText(error.message) : severalProblems(report, errors.length);
    return { good: false, word: "failed", text };
  }
  const word = wordFor(report);
  return { good: word !== "failed", word, text: sentenceOf(report) };
}

function wordFor({ details, status }: Report): Headline["word"] {
  if (hasUnsoundSets(details)) return "warning";
  const isUnvouched = details?.kind === "restored" && details.restored.against === "nothing";
  return isUnvouched && wordOf(status) === "ok" ? "unproven" : wordOf(status);
}

/** A damaged set alone may have a thousand problems, so what failed is said where an outcome tells. */
function severalProblems(report: Report, count: number): string {
  const problems = formatCount(count, "problem");
  return isBare(failedText(report), report) ? problems : `${failedText(report)} (${problems})`;
}

function wordOf(status: Status): Headline["word"] {
  switch (status) {
    case "ok":
    case "unchanged":
    case "planned":
      return "ok";
    case "partial":
      return "partial";
    case "unproven":
      return "unproven";
    case "stale":
    case "conflict":
    case "immutable":
    case "failed":
      return "failed";
  }
}

function sentenceOf(report: Report): string {
  const { details } = report;
  if (details?.kind === "restored") return restoredSentence(details.restored, report);
  const found = details && foundSentence(details);
  if (found !== undefined) return found;
  if (report.mode === "verify") return verifiedSentence(report);
  if (report.mode === "replicate") return replicatedSentence(report);
  const set = report.outputs["set"];
  const what = typeof set === "string" ? visibleText(set) : report.mode;
  const nothingToDo = report.outcomes.length > 0 && report.outcomes.every(({ outcome }) => outcome === "unchanged");
  if (report.status === "planned" && nothingToDo) return `${what} is there already${inStores(report)} (dry run)`;
  const never = report.status === "unproven" ? report.outcomes.filter(isNeverProven) : [];
  if (never.length > 0) return neverProvenSentence(what, never, report);
  return `${what} ${statusWords[report.status]}${report.status === "planned" ? "" : inStores(report)}`;
}

/** Names the stores in which it is so; others may have it proven. */
function neverProvenSentence(what: string, never: readonly Outcome[], report: Report): string {
  const how = never.some(({ outcome }) => outcome === "repaired") ? "is repaired" : "is unchanged";
  const where = inStores({ ...report, outcomes: never });
  return `${what} ${how}, but was never proven${where}; verify it`;
}

function verifiedSentence(report: Report): string {
  const [first, ...others] = report.outcomes;
  const single = others.length === 0 ? first?.file : undefined;
  const sets = single === undefined ? formatCount(setsIn(report), "set") : visibleText(single);
  const isDrill = report.outcomes.length > 0 && report.outcomes.every(({ proof }) => proof === "drill");
  if (report.status !== "unproven") return `${sets} verified${isDrill ? " by a restore" : ""}${inStores(report)}`;
  return `names and sizes of ${sets} are right${inStores(report)}; no bytes were read`;
}

const statusWords: Readonly<Record<Status, string>> = {
  ok: "is stored and proven",
  unchanged: "is unchanged",
  planned: "would be made (dry run)",
  partial: "is stored, without what was allowed to be missing",
  unproven: "is stored, not proven",
  stale: "is stale",
  conflict: "is there with other content",
  immutable: "can't be changed any more",
  failed: "failed",
};

function restoredSentence({ set, into, paths, against }: Restored, { outcomes }: Report): string {
  const whole = set === undefined ? (outcomes[0]?.file ?? "the archive") : setText(set);
  const [path, ...others] = paths;
  const some = others.length === 0 ? path : formatCount(paths.length, "path");
  const what = visibleText(some === undefined ? whole : `${some} of ${whole}`);
  const is = others.length === 0 ? "is" : "are";
  const done = into === undefined ? "would be restored" : `${is} restored into ${visibleText(into)}`;
  const but = against === "nothing" ? ", but nothing vouches for it" : "";
  return `${what} ${done}${but}${into === undefined ? " (dry run)" : ""}`;
}

/** undefined for what is beside the point of a run. */
function foundSentence(details: Details): string | undefined {
  switch (details.kind) {
    case "plan":
    case "selection":
    case "restored":
      return undefined;
    case "sets":
      return setsSentence(details.rows);
    case "set":
      return visibleText(setText(details.set));
    case "difference": {
      const [before, after] = [visibleText(setText(details.before)), visibleText(setText(details.after))];
      const { length } = details.changes;
      if (length === 0) return `nothing differs between ${before} and ${after}`;
      return `${formatCount(length, "entry differs", "entries differ")} between ${before} and ${after}`;
    }
  }
}

function setsSentence(rows: readonly SetRow[]): string {
  const counts = (["damaged", "incomplete"] as const)
    .map((state) => [rows.filter((row) => row.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state], i) => `${formatCount(count)} ${i === 0 ? "of them " : ""}${state}`);
  const left = rows.filter(({ state }) => state === "leftover").length;
  const leftovers = left === 0 ? [] : [`and leftovers of ${formatCount(left, "run")}`];
  return [formatCount(rows.length - left, "set"), ...counts, ...leftovers].join(", ");
}

function hasUnsoundSets(details: Details | undefined): boolean {
  return details?.kind === "sets" && details.rows.some(({ state }) => state !== "complete");
}

function setsIn({ outcomes }: Pick<Report, "outcomes">): number {
  return new Set(outcomes.flatMap(({ set }) => set ?? [])).size;
}

function inStores({ outcomes }: Report): string {
  const stores = [...new Set(outcomes.map(({ store }) => visibleText(store)))];
  return stores.length === 0 ? "" : ` in ${stores.join(", ")}`;
}
