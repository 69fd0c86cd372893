import type { ChangeExample, EntryChange, SinceLast } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { setPrefix, setText } from "../model/set-name.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { growthText } from "./difference-words.ts";
import { codeSpan } from "./markdown-text.ts";
import { type MarkdownColumn, markdownTable } from "./markdown-table.ts";

const shown = 10;

/** What is new since the previous set: how many files came, went and changed, and the biggest of them. `now` is the set that is made. */
export function sinceBlock(since: SinceLast, now: string | undefined): string {
  const { set, added, removed, changed, bytes, examples } = since;
  const same = now?.startsWith(setPrefix({ ...set, id: "" }).slice(0, -1));
  const title = `### New since ${codeSpan(same ? set.id : setText(set))}`;
  const total = added + removed + changed;
  if (total === 0) return `${title}\n\nNothing differs.`;
  const counts = [
    `${formatCount(added)} added`,
    `${formatCount(changed)} changed`,
    `${formatCount(removed)} removed`,
    ...(bytes === undefined ? [] : [`${growthText(bytes)} in all`]),
  ].join(", ");
  return [title, `${counts}.`, ...(examples.length === 0 ? [] : [changesTable(examples, total)])].join("\n\n");
}

/** What every entry is that differs between two sets, the first of them. */
export function differenceBlock(changes: readonly EntryChange[]): string {
  return markdownTable(changeColumns, changes, { most: 200 });
}

const changeColumns: readonly MarkdownColumn<EntryChange>[] = [
  { title: "change", cell: ({ change }) => change },
  { title: "entry", cell: ({ path }) => codeSpan(path) },
  { title: "before", align: "right", cell: ({ before }) => sizeText(before) },
  { title: "after", align: "right", cell: ({ after }) => sizeText(after) },
];

function sizeText(entry: Entry | undefined): string {
  return entry?.type === "file" ? formatBytes(entry.size) : "";
}

/** The first of the entries that differ, which are so many in all. */
export function changesTable(examples: readonly ChangeExample[], total: number): string {
  const hasSizes = examples.some(({ bytes }) => bytes !== undefined);
  const columns: readonly MarkdownColumn<ChangeExample>[] = [
    { title: "change", cell: ({ change }) => change },
    { title: hasSizes ? "biggest entries" : "entries", cell: ({ path }) => codeSpan(path) },
    ...(hasSizes ? [sizeColumn] : []),
  ];
  return markdownTable(columns, examples, { most: shown, total });
}

const sizeColumn: MarkdownColumn<ChangeExample> = {
  title: "size",
  align: "right",
  cell: ({ bytes }) => (bytes === undefined ? "" : formatBytes(bytes)),
};
