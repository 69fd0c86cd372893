import type { Outcome } from "../model/report.ts";
import { formatCount } from "../model/units.ts";

/** Outcomes that a person takes for one: the first of them, all of them, and in words what there is besides the first. */
export interface Condensed {
  readonly first: Outcome;
  readonly all: readonly Outcome[];
  /** `and 1,024 entries of it`; undefined if the first is all there is. */
  readonly others: string | undefined;
}

/**
 * One row a damaged file, with its entries; one a set where that makes more than `most`, so that none goes unnamed for another's
 * sake. What is about no set and no file stays by itself. In the order in which they come first.
 */
export function condensed(outcomes: readonly Outcome[], most: number): readonly Condensed[] {
  const files = grouped(outcomes, fileKey).map((all) => condensedOf(all, othersOfFile));
  return files.length <= most ? files : grouped(outcomes, setKey).map((all) => condensedOf(all, othersOfSet));
}

/** Those of one file in one row, whatever their number. */
export function condensedByFile(outcomes: readonly Outcome[]): readonly Outcome[] {
  return condensed(outcomes, Infinity).map(({ first, others }) =>
    others === undefined ? first : { ...first, detail: [first.detail, others].filter(Boolean).join("\n") },
  );
}

/** The archive of `app.tar.gz: src/a.ts`, or the file itself. */
export function placeOf(file: string): { readonly name: string; readonly isEntry: boolean } {
  const end = file.indexOf(": ");
  return end === -1 ? { name: file, isEntry: false } : { name: file.slice(0, end), isEntry: true };
}

type Group = readonly [Outcome, ...Outcome[]];

function grouped(outcomes: readonly Outcome[], keyOf: (outcome: Outcome) => string | undefined): readonly Group[] {
  const groups = Map.groupBy(outcomes, (outcome) => keyOf(outcome) ?? outcome);
  return [...groups.values()].flatMap(([first, ...rest]): readonly Group[] =>
    first === undefined ? [] : [[first, ...rest]],
  );
}

function condensedOf(all: Group, othersOf: (others: readonly Outcome[], first: Outcome) => string): Condensed {
  const [first, ...others] = all;
  return { first, all, others: others.length === 0 ? undefined : othersOf(others, first) };
}

function fileKey({ outcome, store, set, file }: Outcome): string | undefined {
  return file === undefined ? undefined : JSON.stringify([outcome, store, set, placeOf(file).name]);
}

function setKey({ outcome, store, set }: Outcome): string | undefined {
  return set === undefined ? undefined : JSON.stringify([outcome, store, set]);
}

function othersOfFile(others: readonly Outcome[], { file = "" }: Outcome): string {
  const entries = others.filter((other) => placeOf(other.file ?? "").isEntry).length;
  const more = placeOf(file).isEntry ? "more " : "";
  const counts = [
    ...(entries === 0 ? [] : [`${formatCount(entries, `${more}entry`, `${more}entries`)} of it`]),
    ...(entries === others.length ? [] : [`${formatCount(others.length - entries, "more place")} in it`]),
  ];
  return `and ${counts.join(", ")}`;
}

function othersOfSet(others: readonly Outcome[]): string {
  return `and ${formatCount(others.length, "more problem")} of this set`;
}
