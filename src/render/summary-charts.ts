import type { PastSet, Weight } from "../model/details.ts";
import { formatBytes } from "../model/units.ts";
import { codeSpan } from "./markdown-text.ts";
import { folded, type MarkdownColumn, markdownTable } from "./markdown-table.ts";
import { differentLabels, mermaidBlock, mermaidLabel } from "./mermaid-text.ts";
import { shareText } from "./summary-archives.ts";
import { setLabels } from "./set-labels.ts";
import { spaceSlices } from "./space-slices.ts";
import { minuteOf } from "./times.ts";

// Read on white and on black, and told apart by those who can't see all colours.
const blue = "#4f8cc9";
const orange = "#e3873d";
const slices = [blue, orange, "#5aa469", "#b279a2", "#d8b13c", "#5fb7b5", "#c95d63", "#8c7ae6", "#9c755f", "#8a939c"];

/** How big the last sets are, the oldest first: a chart, and the numbers. None of a single set. */
export function sizesBlocks(past: readonly PastSet[]): readonly string[] {
  if (past.length < 2) return [];
  const newest = past.slice(-20);
  const table = markdownTable(pastColumns, newest.toReversed());
  return [
    folded(`Size of the last ${newest.length} sets`, [
      sizeChart(newest),
      "Bars: the tar. Line: its archives.",
      folded("The numbers", [table]),
    ]),
  ];
}

const pastColumns: readonly MarkdownColumn<PastSet>[] = [
  { title: "set", cell: ({ id }) => codeSpan(id) },
  { title: "made (UTC)", cell: ({ made }) => minuteOf(made) },
  { title: "tar", align: "right", cell: ({ tarBytes }) => formatBytes(tarBytes) },
  { title: "archives", align: "right", cell: ({ archiveBytes }) => formatBytes(archiveBytes) },
];

function sizeChart(past: readonly PastSet[]): string {
  const most = past.reduce((bytes, { tarBytes, archiveBytes }) => Math.max(bytes, tarBytes, archiveBytes), 1);
  const { unit, size } = units.find(({ size }) => most >= size) ?? { unit: "B", size: 1 };
  const values = (bytesOf: (set: PastSet) => number) =>
    past.map((set) => Number((bytesOf(set) / size).toFixed(3))).join(", ");
  const settings = {
    xyChart: { width: 920, height: 300, xAxis: { labelFontSize: 12 }, yAxis: { labelFontSize: 12, titleFontSize: 14 } },
    themeVariables: { xyChart: { backgroundColor: "transparent", plotColorPalette: `${blue}, ${orange}` } },
  };
  return mermaidBlock(settings, [
    "xychart-beta",
    `  x-axis [${setLabels(past)
      .map((label) => mermaidLabel(label, 12))
      .join(", ")}]`,
    `  y-axis "${unit}" 0 --> ${Number(((most / size) * 1.1).toPrecision(3))}`,
    `  bar [${values(({ tarBytes }) => tarBytes)}]`,
    `  line [${values(({ archiveBytes }) => archiveBytes)}]`,
  ]);
}

const units = [
  { unit: "TB", size: 1e12 },
  { unit: "GB", size: 1e9 },
  { unit: "MB", size: 1e6 },
  { unit: "kB", size: 1e3 },
] as const;

/** What takes the space: a chart of folders, and the biggest entries. */
export function spaceBlocks(found: {
  readonly bytes: number;
  readonly biggestEntries: readonly Weight[];
  readonly biggestFolders: readonly Weight[];
}): readonly string[] {
  const { bytes, biggestEntries, biggestFolders } = found;
  const parts = spaceSlices(found);
  const chart = parts.length < 2 ? [] : [spaceChart(parts)];
  const tables = [
    ...weightTable("biggest entries", biggestEntries, bytes),
    ...(chart.length > 0 ? [] : weightTable("biggest folders", biggestFolders, bytes)),
  ];
  return chart.length + tables.length === 0 ? [] : [folded("What takes the space", [...chart, ...tables])];
}

function spaceChart(parts: readonly Weight[]): string {
  const labels = differentLabels(
    parts.map(({ path }) => path),
    40,
  );
  const colours = Object.fromEntries(slices.map((colour, i) => [`pie${i + 1}`, colour]));
  const settings = {
    pie: { textPosition: 0.7 },
    themeVariables: {
      ...colours,
      pieOpacity: "1",
      pieSectionTextColor: "#ffffff",
      pieStrokeColor: "#ffffff",
      pieOuterStrokeWidth: "0px",
    },
  };
  return mermaidBlock(settings, [
    "pie",
    ...parts.map(({ bytes }, i) => `  ${(labels[i] ?? '"_"').slice(0, -1)}, ${formatBytes(bytes)}" : ${bytes}`),
  ]);
}

function weightTable(title: string, weights: readonly Weight[], whole: number): readonly string[] {
  if (weights.length === 0) return [];
  const columns: readonly MarkdownColumn<Weight>[] = [
    { title, cell: ({ path }) => codeSpan(path) },
    { title: "size", align: "right", cell: ({ bytes }) => formatBytes(bytes) },
    { title: "of all", align: "right", cell: ({ bytes }) => shareText(bytes, whole) },
  ];
  return [markdownTable(columns, weights)];
}
