import { isNeverProven, type Outcome, type OutcomeWord, type Report } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";

/** How copying sets from one store to others went well, in one sentence. */
export function replicatedSentence({ outcomes, status }: Report): string {
  const kept = of(outcomes, "kept");
  const beside = kept.length === 0 ? [] : [keptText(kept, setsOf(outcomes).length)];
  if (status === "planned") return `${[...foreseen(outcomes, kept), ...beside].join(", ")} (dry run)`;
  const never = outcomes.filter(isNeverProven);
  const copied = of(outcomes, "stored", "unproven");
  const repaired = of(outcomes, "repaired");
  const rest = of(outcomes, "unchanged");
  const parts = [
    ...(copied.length === 0
      ? []
      : [`${subject(copied)} ${areIs(copied)} copied to ${storesIn(copied)}${proven(copied)}`]),
    ...(repaired.length === 0 ? [] : [`${subject(repaired)} ${areIs(repaired)} repaired in ${storesIn(repaired)}`]),
    ...(rest.length > 0 && copied.length + repaired.length > 0 ? [wereThere(rest)] : []),
    ...(rest.length > 0 && copied.length + repaired.length === 0
      ? [`${subject(rest)} ${areIs(rest)} unchanged in ${storesIn(rest)}`]
      : []),
    ...beside,
    ...(never.length === 0
      ? []
      : [`${formatCount(setsOf(never).length)} of them never proven: verify ${storesIn(never)}`]),
  ];
  return parts.join(", ");
}

function foreseen(outcomes: readonly Outcome[], kept: readonly Outcome[]): readonly string[] {
  const would = of(outcomes, "would-store");
  if (would.length > 0) return [`${subject(would)} would be copied to ${storesIn(would)}`];
  const rest = outcomes.filter((outcome) => !kept.includes(outcome));
  return rest.length === 0 ? [] : [`${subject(rest)} ${areIs(rest)} there already in ${storesIn(rest)}`];
}

/** What a store has under a set's name and leaves as it is isn't a copy of it. */
function keptText(kept: readonly Outcome[], all: number): string {
  const which = all === 1 ? subject(kept) : formatCount(setsOf(kept).length, "set");
  return `${which} ${areIs(kept)} kept with other content in ${storesIn(kept)}`;
}

/** How many of the sets weren't copied; undefined when no outcome tells. */
export function notReplicatedText({ outcomes }: Report): string | undefined {
  const wrong = outcomes.filter(({ outcome }) => wrongWords.has(outcome));
  const sets = setsOf(wrong);
  if (wrong.length === 0) return undefined;
  if (sets.length === 0) return `nothing is copied to ${storesIn(wrong)}`;
  const all = setsOf(outcomes);
  const which = all.length === 1 ? subject(wrong) : `${formatCount(sets.length)} of ${formatCount(all.length, "set")}`;
  return `${which} ${sets.length === 1 ? "isn't" : "aren't"} copied`;
}

/** Whether an outcome says that a set hasn't come where it was to be. */
export function isNotReplicated({ outcome }: Outcome): boolean {
  return wrongWords.has(outcome);
}

const wrongWords: ReadonlySet<OutcomeWord> = new Set<OutcomeWord>([
  "missing",
  "corrupt",
  "failed",
  "unknown",
  "conflict",
  "immutable",
]);

function of(outcomes: readonly Outcome[], ...words: readonly OutcomeWord[]): readonly Outcome[] {
  return outcomes.filter(({ outcome }) => words.includes(outcome));
}

function wereThere(rest: readonly Outcome[]): string {
  const sets = setsOf(rest).length;
  return `${formatCount(sets)} ${sets === 1 ? "was" : "were"} there already`;
}

function proven(copied: readonly Outcome[]): string {
  return copied.some(({ outcome }) => outcome === "unproven") ? ", not proven" : " and proven";
}

function subject(outcomes: readonly Outcome[]): string {
  const [set = "", ...others] = setsOf(outcomes);
  return others.length === 0 ? visibleText(set) : formatCount(others.length + 1, "set");
}

function areIs(outcomes: readonly Outcome[]): string {
  return setsOf(outcomes).length === 1 ? "is" : "are";
}

function setsOf(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ set }) => set ?? []))];
}

function storesIn(outcomes: readonly Outcome[]): string {
  return [...new Set(outcomes.map(({ store }) => visibleText(store)))].join(", ");
}
