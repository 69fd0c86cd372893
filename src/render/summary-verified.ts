import type { Outcome } from "../model/report.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { condensed, type Condensed } from "./condensed.ts";
import { codeSpan, prose } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { detailLines } from "./outcome-line.ts";
import { proofText } from "./summary-stores.ts";

/** What was verified: first what is wrong, a row a damaged file or set, then the sound sets. What is about neither isn't told. */
export function verifiedBlocks(outcomes: readonly Outcome[]): readonly string[] {
  const sound = outcomes.filter(isSound);
  const isWrong = (row: Outcome) => !isSound(row) && (row.set ?? row.file) !== undefined;
  const unsound = condensed(outcomes.filter(isWrong), mostRows);
  const several = new Set(outcomes.map(({ store }) => store)).size > 1;
  const isFew = unsound.length === 0 && sound.length <= mostOpen;
  const soundTable = tableOf(soundColumns, sound, several ? ({ store }) => store : undefined);
  const faultTable = tableOf(faultColumns, unsound, several ? ({ first }) => first.store : undefined);
  return [
    ...(unsound.length === 0 ? [] : [`### What is wrong\n\n${faultTable}`]),
    ...(sound.length === 0 ? [] : [isFew ? soundTable : folded(formatCount(sound.length, "sound set"), [soundTable])]),
  ];
}

/** Also a set of which no more than names and sizes were to be looked at, and these are right. */
function isSound({ outcome, proof, set }: Outcome): boolean {
  return outcome === "ok" || (outcome === "unproven" && proof === "none" && set !== undefined);
}

const faultColumns: readonly MarkdownColumn<Condensed>[] = [
  { title: "set", cell: ({ first }) => subjectOf(first) },
  { title: "outcome", cell: ({ first }) => first.outcome },
  { title: "what", cell: faultText },
];

function faultText({ first, others }: Condensed): string {
  const { file, set } = first;
  const place = file === undefined || set === undefined ? [] : [codeSpan(file)];
  const lines = [...detailLines(first), ...(others === undefined ? [] : [others])];
  return [...place, ...lines.map((line) => prose(line))].join("<br>");
}

const soundColumns: readonly MarkdownColumn<Outcome>[] = [
  { title: "set", cell: subjectOf },
  { title: "proof", cell: proofText },
  { title: "size", align: "right", cell: ({ bytes }) => (bytes === undefined ? "" : formatBytes(bytes)) },
  { title: "time", align: "right", cell: ({ seconds }) => (seconds === undefined ? "" : formatDuration(seconds)) },
];

/** Which store it was is said where there are several. */
function tableOf<T>(
  columns: readonly MarkdownColumn<T>[],
  rows: readonly T[],
  storeOf: ((row: T) => string) | undefined,
): string {
  const all =
    storeOf === undefined ? columns : [...columns, { title: "store", cell: (row: T) => codeSpan(storeOf(row)) }];
  return markdownTable(all, rows, { most: mostRows });
}

const mostRows = 100;

// Few enough to be seen without a click.
const mostOpen = 20;

function subjectOf({ set, file }: Outcome): string {
  const subject = set ?? file;
  return subject === undefined ? "" : codeSpan(subject);
}
