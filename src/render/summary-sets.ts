import type { Details, SetRow } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import type { Manifest } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { codeBlock, codeSpan, prose } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { entryLines, setFacts, setsInOrder } from "./set-lines.ts";
import { digestText } from "./summary-archives.ts";
import { minuteOf } from "./times.ts";

/** The sets of stores as a table, those that are damaged or incomplete first, then the newest of each project and mode. */
export function setsBlocks({ rows, stores }: Extract<Details, { kind: "sets" }>): readonly string[] {
  if (rows.length === 0) return [];
  const columns = setColumns.filter(({ isNeeded }) => isNeeded(rows, stores));
  const ordered = setsInOrder(rows);
  const unsound = ordered.filter(({ state }) => state !== "complete");
  const sound = ordered.filter(({ state }) => state === "complete").toReversed();
  const cells = [...unsound, ...sound].map((row) => columns.map(({ cell }) => cell(row)));
  return [markdownTable(columns, cells, { most: 200 })];
}

type SetColumn = MarkdownColumn & {
  readonly isNeeded: (rows: readonly SetRow[], stores: readonly string[]) => boolean;
  readonly cell: (row: SetRow) => string;
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
  return [factTable(setFacts(details)), `### Files\n\n${fileTable(manifest)}`, ...entriesBlocks(entries)];
}

/** Names and values, of which some may be absent. */
export function factTable(facts: readonly (readonly [name: string, value: string | undefined])[]): string {
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, codeSpan(value, 500)]]));
  return markdownTable([{ title: "fact" }, { title: "value" }], rows);
}

function fileTable({ artifacts }: Manifest): string {
  const rows = artifacts.map(({ name, bytes, sha256, parts }) => [
    codeSpan(name) + (parts === undefined ? "" : ` in ${formatCount(parts.length, "part")}`),
    formatBytes(bytes),
    digestText(sha256),
  ]);
  return markdownTable([{ title: "file" }, { title: "size", align: "right" }, { title: "SHA-256" }], rows);
}

// What a browser shows at once.
const mostEntries = 500;

function entriesBlocks(entries: readonly Entry[]): readonly string[] {
  if (entries.length === 0) return [];
  const lines = entryLines(entries.slice(0, mostEntries)).map((line) => line.slice(0, 400));
  const more = entries.length > mostEntries ? [`and ${formatCount(entries.length - mostEntries)} more`] : [];
  return [folded(formatCount(entries.length, "entry", "entries"), [codeBlock("", lines.map(visibleText)), ...more])];
}

function timeText(time: string | undefined, absent: string): string {
  return time === undefined ? absent : minuteOf(time);
}
