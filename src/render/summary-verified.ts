import type { Outcome } from "../model/report.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import { codeSpan, prose } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { detailLines } from "./outcome-line.ts";
import { proofText } from "./summary-stores.ts";

/** What was verified: first what is wrong, by set, then the sound sets. */
export function verifiedBlocks(outcomes: readonly Outcome[]): readonly string[] {
  const sound = outcomes.filter(({ outcome }) => outcome === "ok");
  const unsound = outcomes.filter(({ outcome }) => outcome !== "ok");
  const stores = new Set(outcomes.map(({ store }) => store)).size;
  const isFew = unsound.length === 0 && sound.length <= mostOpen;
  const soundTable = tableOf(soundColumns, sound, stores);
  return [
    ...(unsound.length === 0 ? [] : [`### What is wrong\n\n${tableOf(faultColumns, unsound, stores)}`]),
    ...(sound.length === 0 ? [] : [isFew ? soundTable : folded(formatCount(sound.length, "sound set"), [soundTable])]),
  ];
}

type Column = MarkdownColumn<Outcome>;

const faultColumns: readonly Column[] = [
  { title: "set", cell: subjectOf },
  { title: "outcome", cell: ({ outcome }) => outcome },
  { title: "what", cell: faultText },
];

function faultText(outcome: Outcome): string {
  const { file, set } = outcome;
  const place = file === undefined || set === undefined ? [] : [codeSpan(file)];
  return [...place, ...detailLines(outcome).map((line) => prose(line))].join("<br>");
}

const soundColumns: readonly Column[] = [
  { title: "set", cell: subjectOf },
  { title: "proof", cell: proofText },
  { title: "size", align: "right", cell: ({ bytes }) => (bytes === undefined ? "" : formatBytes(bytes)) },
  { title: "time", align: "right", cell: ({ seconds }) => (seconds === undefined ? "" : formatDuration(seconds)) },
];

const storeColumn: Column = { title: "store", cell: ({ store }) => codeSpan(store) };

/** Which store it was is said where there are several. */
function tableOf(columns: readonly Column[], outcomes: readonly Outcome[], stores: number): string {
  const all = stores > 1 ? [...columns, storeColumn] : columns;
  return markdownTable(all, outcomes, { most: 100 });
}

// Few enough to be seen without a click.
const mostOpen = 20;

function subjectOf({ set, file }: Outcome): string {
  const subject = set ?? file;
  return subject === undefined ? "" : codeSpan(subject);
}
