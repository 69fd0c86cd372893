import type { Details, SetRow } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { type Manifest, type ManifestArtifact, storedFiles } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { contentFacts, type SetFact, sourceFacts } from "./content-facts.ts";
import { countsText } from "./plan-lines.ts";
import { factLines, tableLines, type Column } from "./table.ts";
import { readableTime } from "./times.ts";

/** The sets of stores as a table: by project and mode, the newest last; those without a time come first. */
export function setsTable({ rows, stores }: Extract<Details, { kind: "sets" }>): readonly string[] {
  if (rows.length === 0) return [];
  const columns = stores.length > 1 ? withStore : ownColumns;
  return tableLines(
    columns,
    setsInOrder(rows).map((row) => columns.map(({ cell }) => cell(row))),
  );
}

/** By project and mode, the newest last; those without a time come first. */
export function setsInOrder(rows: readonly SetRow[]): readonly SetRow[] {
  return rows.toSorted(byGroupAndTime);
}

type SetColumn = Column & { readonly cell: (row: SetRow) => string };

const ownColumns: readonly SetColumn[] = [
  { title: "set", align: "left", cell: ({ set }) => visibleText(setText(set)) },
  { title: "made (UTC)", align: "left", cell: ({ made }) => (made === undefined ? "-" : readableTime(made)) },
  { title: "size", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
  {
    title: "proven (UTC)",
    align: "left",
    cell: ({ proven }) => (proven === undefined ? "never" : readableTime(proven)),
  },
  { title: "state", align: "left", cell: ({ state }) => state },
  { title: "frozen", align: "left", cell: ({ frozen }) => (frozen ? "frozen" : "") },
];

const withStore: readonly SetColumn[] = [
  ...ownColumns,
  { title: "store", align: "left", cell: ({ store }) => visibleText(store) },
];

/** One set: its metadata, its files, and its entries in the manner of `tar tv`. */
export function setLines(details: Extract<Details, { kind: "set" }>): readonly string[] {
  const { manifest, entries } = details;
  return [
    ...factLines(
      setFacts(details).map(([name, value]) => [name, value === undefined ? undefined : visibleText(value)] as const),
    ),
    `files (${formatCount(storedFiles(manifest).length)})`,
    ...tableLines(
      [
        { title: "  size", align: "right" },
        { title: "sha256", align: "left" },
        { title: "name", align: "left" },
      ],
      manifest.artifacts.map((artifact) => [
        formatBytes(artifact.bytes),
        visibleText(artifact.sha256),
        nameOf(artifact),
      ]),
    ),
    `entries (${formatCount(entries.length)})`,
    ...entryLines(entries),
  ];
}

/** One line an entry: `-rw-rw-r--  1234 path`, folders with a slash behind, links with their target. */
export function entryLines(entries: readonly Entry[]): readonly string[] {
  const width = entries.reduce((most, { size }) => Math.max(most, String(size).length), 0);
  return entries.map((entry) => {
    const size = String(entry.size).padStart(width);
    return `${typeLetters[entry.type]}${modeText(entry.mode)} ${size} ${visibleText(entry.path)}${tailOf(entry)}`;
  });
}

/** A split archive is one line: `app-1.0.tar.gz in 12 parts`. */
function nameOf({ name, parts }: ManifestArtifact): string {
  return visibleText(name) + (parts === undefined ? "" : ` in ${formatCount(parts.length, "part")}`);
}

/** A set's metadata, as it is. */
export function setFacts({
  set,
  store,
  manifest,
  frozen,
  proven,
}: Extract<Details, { kind: "set" }>): readonly SetFact[] {
  const { content, run } = manifest;
  return [
    ["set", setText(set)],
    ["store", store],
    ...sourceFacts(content.source),
    ["branch", run.branch],
    ["origin", run.origin],
    ["uncommitted", uncommittedText(manifest)],
    ["tree", countsText(content.tree)],
    ["prefix", content.prefix],
    ...contentFacts(manifest),
    ["formats", formatsText(manifest)],
    ["tar", `${formatBytes(content.tar.bytes)}, sha256 ${content.tar.sha256}`],
    ["content", manifest.content_sha256],
    ["made", madeText(run)],
    ["milestone", run.milestone],
    ...(run.notes ?? []).map((note) => ["note", note] as const),
    ...(run.contacts ?? []).map((contact) => ["contact", contact] as const),
    ["proven", proven === undefined ? "never" : `${readableTime(proven)} UTC`],
    ["frozen", frozen ? "yes" : "no"],
  ];
}

function formatsText({ artifacts }: Manifest): string {
  return artifacts.flatMap(({ format }) => format ?? []).join(", ");
}

function madeText({ started, tool }: Manifest["run"]): string {
  const git = tool.git === undefined ? "without git" : `git ${tool.git}`;
  return `${readableTime(started)} UTC by ${tool.name} ${tool.version} (${git})`;
}

function uncommittedText({ content, run: { dirty } }: Manifest): string | undefined {
  if (dirty === undefined || dirty.modified + dirty.deleted + dirty.untracked === 0) return undefined;
  const counts = [
    `${formatCount(dirty.modified)} modified`,
    `${formatCount(dirty.deleted)} deleted`,
    `${formatCount(dirty.untracked)} untracked`,
  ];
  return counts.join(", ") + (content.mode === "snapshot" ? " (not in the set)" : "");
}

function byGroupAndTime(a: SetRow, b: SetRow): number {
  return (
    compare(a.set.project, b.set.project) ||
    compare(a.set.mode, b.set.mode) ||
    compare(a.made ?? "", b.made ?? "") ||
    compare(a.set.id, b.set.id)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const typeLetters: Readonly<Record<Entry["type"], string>> = { file: "-", dir: "d", symlink: "l" };

function modeText(mode: number): string {
  return [6, 3, 0]
    .map((shift) => ["r", "w", "x"].map((letter, bit) => ((mode >> shift) & (4 >> bit) ? letter : "-")).join(""))
    .join("");
}

function tailOf(entry: Entry): string {
  switch (entry.type) {
    case "file":
      return "";
    case "dir":
      return "/";
    case "symlink":
      return ` -> ${visibleText(entry.link ?? "")}`;
  }
}
