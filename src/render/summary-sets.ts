import type { Details, SetRow } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { codeBlock, codeSpan, prose } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { entryLines, setFacts, setsInOrder } from "./set-lines.ts";
import { digestText, nameText } from "./summary-archives.ts";
import { minuteOf } from "./times.ts";

/** The sets of stores as a table, those that are damaged or incomplete first, then the newest of each project and mode. */
export function setsBlocks({ rows, stores }: Extract<Details, { kind: "sets" }>): readonly string[] {
  if (rows.length === 0) return [];
  const columns = setColumns.filter(({ isNeeded }) => isNeeded(rows, stores));
  const ordered = setsInOrder(rows);
  const unsound = ordered.filter(({ state }) => state !== "complete");
  const sound = ordered.filter(({ state }) => state === "complete").toReversed();
  return [markdownTable(columns, [...unsound, ...sound], { most: 200 })];
}

type SetColumn = MarkdownColumn<SetRow> & {
  readonly isNeeded: (rows: readonly SetRow[], stores: readonly string[]) => boolean;
};

const setColumns: readonly SetColumn[] = [
  { title: "set", isNeeded: () => true, cell: ({ set }) => codeSpan(setText(set)) },
  { title: "made (UTC)", isNeeded: () => true, cell: ({ made }) => timeText(made, "") },
  { title: "size", align: "right", isNeeded: () => true, cell: ({ bytes }) => formatBytes(bytes) },
  { title: "proven (UTC)", isNeeded: () => true, cell: ({ proven }) => timeText(proven, "never") },
  {
    title: "state",
    isNeeded: () => true,
    cell: ({ state, frozen }) => `${state === "complete" ? "" : "❌ "}${state}${frozen ? ", frozen" : ""}`,
  },
  {
    title: "what is wrong",
    isNeeded: (rows) => rows.some(({ detail }) => detail !== undefined),
    cell: ({ detail }) => (detail === undefined ? "" : prose(detail)),
  },
  { title: "store", isNeeded: (_, stores) => stores.length > 1, cell: ({ store }) => codeSpan(store) },
];

/** One set: its metadata, its files, and its entries. */
export function setBlocks(details: Extract<Details, { kind: "set" }>): readonly string[] {
  const { manifest, entries } = details;
  return [
    factTable(setFacts(details)),
    `### Files\n\n${markdownTable(fileColumns, manifest.artifacts)}`,
    ...entriesBlocks(entries),
  ];
}

/** Names and values, of which some may be absent. */
export function factTable(facts: readonly (readonly [name: string, value: string | undefined])[]): string {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  return markdownTable(factColumns, known);
}

const factColumns: readonly MarkdownColumn<readonly [string, string]>[] = [
  { title: "fact", cell: ([name]) => name },
  { title: "value", cell: ([, value]) => codeSpan(value, 500) },
];

const fileColumns: readonly MarkdownColumn<ManifestArtifact>[] = [
  { title: "file", cell: nameText },
  { title: "size", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
  { title: "SHA-256", cell: ({ sha256 }) => digestText(sha256) },
];

// What a browser shows at once.
const mostEntries = 500;

function entriesBlocks(entries: readonly Entry[]): readonly string[] {
  if (entries.length === 0) return [];
  const lines = entryLines(entries.slice(0, mostEntries)).map((line) => line.slice(0, 400));
  const more = entries.length > mostEntries ? [`and ${formatCount(entries.length - mostEntries)} more`] : [];
  return [folded(formatCount(entries.length, "entry", "entries"), [codeBlock("", lines), ...more])];
}

function timeText(time: string | undefined, absent: string): string {
  return time === undefined ? absent : minuteOf(time);
}
