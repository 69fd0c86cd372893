import type { Outcome } from "../model/report.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { codeSpan, linkTo, prose, webAddress } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { detailLines } from "./outcome-line.ts";
import { isNotReplicated } from "./replicated-text.ts";
import { proofText } from "./summary-stores.ts";

/** Sets that were to be copied: first those that weren't, with the reason, then what came of the others. */
export function replicatedBlocks(outcomes: readonly Outcome[]): readonly string[] {
  const wrong = outcomes.filter(isNotReplicated);
  const copies = outcomes.filter((each) => !isNotReplicated(each));
  const news = copies.filter(({ outcome }) => outcome !== "unchanged");
  // What stays as it was is told where it's not too much to read.
  const shown = copies.length <= mostOpen ? copies : news;
  const left = copies.length - shown.length;
  const isFew = wrong.length === 0 && shown.length <= mostOpen;
  const table = shown.length === 0 ? [] : [tableOf(copyColumns, shown)];
  return [
    ...(wrong.length === 0 ? [] : [`### What isn't copied\n\n${tableOf(wrongColumns, wrong)}`]),
    ...(isFew ? table : table.map((each) => folded(formatCount(shown.length, "copy", "copies"), [each]))),
    ...(left === 0 ? [] : [`${formatCount(left, "copy", "copies")} were there already, unchanged.`]),
  ];
}

function tableOf(columns: readonly ReplicaColumn[], rows: readonly Outcome[]): string {
  return markdownTable(
    columns.filter(({ isNeeded }) => isNeeded === undefined || rows.some(isNeeded)),
    rows,
    { most: mostRows },
  );
}

const mostRows = 100;

// Few enough to be seen without a click.
const mostOpen = 20;

type ReplicaColumn = MarkdownColumn<Outcome> & { readonly isNeeded?: (outcome: Outcome) => boolean };

const place: readonly ReplicaColumn[] = [
  {
    title: "set",
    cell: ({ set }) => (set === undefined ? "" : codeSpan(set)),
    isNeeded: ({ set }) => set !== undefined,
  },
  { title: "store", cell: ({ store }) => codeSpan(store) },
  { title: "outcome", cell: ({ outcome }) => outcome.replaceAll("-", " ") },
];

const wrongColumns: readonly ReplicaColumn[] = [...place, { title: "what", cell: whatText }];

const copyColumns: readonly ReplicaColumn[] = [
  ...place,
  { title: "proof", cell: proofText, isNeeded: (outcome) => proofText(outcome) !== "" },
  { title: "size", align: "right", cell: ({ bytes }) => (bytes === undefined ? "" : formatBytes(bytes)) },
  {
    title: "time",
    align: "right",
    cell: ({ seconds }) => (seconds === undefined ? "" : formatDuration(seconds)),
    isNeeded: ({ seconds }) => seconds !== undefined,
  },
  {
    title: "link",
    cell: ({ url }) => (url === undefined ? "" : linkTo(url, "open")),
    isNeeded: ({ url }) => url !== undefined && webAddress(url) !== undefined,
  },
  {
    title: "what",
    cell: whatText,
    isNeeded: ({ detail, outcome }) => detail !== undefined && outcome !== "unchanged",
  },
];

function whatText(outcome: Outcome): string {
  const lines = detailLines(outcome).map((line) => prose(line));
  return [...(outcome.file === undefined ? [] : [codeSpan(outcome.file)]), ...lines].join("<br>");
}
