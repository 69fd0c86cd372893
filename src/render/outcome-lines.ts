import type { Outcome } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { placeOf } from "./condensed.ts";
import { outcomeLine } from "./outcome-line.ts";

// What a person reads of one damaged file.
const mostOfFile = 10;

/**
 * Outcomes in words, a line each; of many about one file, or its entries, the first, and how many more there are, all of
 * which `whole` has.
 */
export function outcomeLines(outcomes: readonly Outcome[], whole = "--json"): readonly string[] {
  const groups = Map.groupBy(outcomes, (outcome) => subjectOf(outcome) ?? outcome);
  return [...groups.values()].flatMap((group) => {
    const lines = group.slice(0, mostOfFile).map(outcomeLine);
    const [first] = group;
    const rest = group.length - lines.length;
    return rest === 0 || first === undefined ? lines : [...lines, `${restLine(first, rest)}; ${whole} names them all`];
  });
}

/** What outcomes about one file, and those about its entries, have in common; undefined for an outcome that is about no file. */
function subjectOf({ outcome, store, set, file }: Outcome): string | undefined {
  if (file === undefined) return undefined;
  const { name, isEntry } = placeOf(file);
  return JSON.stringify([outcome, store, set, name, isEntry]);
}

function restLine({ outcome, store, set, file = "" }: Outcome, rest: number): string {
  const { name, isEntry } = placeOf(file);
  const what = isEntry ? formatCount(rest, "more entry", "more entries") : formatCount(rest, "more place");
  const of = set === undefined ? "" : ` of ${visibleText(set)}`;
  return `${outcome} ${what} of ${visibleText(name)}${of} in ${visibleText(store)}`;
}
