import { formatCount } from "../model/units.ts";
import { htmlProse } from "./markdown-text.ts";

/** A column of a table about things of one kind; title and cells are Markdown of one line, such as codeSpan and prose give. */
export interface MarkdownColumn<T> {
  readonly title: string;
  readonly align?: "right";
  readonly cell: (item: T) => string;
}

// What a person looks through; the report has it all.
const mostRows = 50;

/** A table of the first things; those that aren't shown are counted below, of `total` if not all are given. */
export function markdownTable<T>(
  columns: readonly MarkdownColumn<T>[],
  items: readonly T[],
  { most = mostRows, total = items.length }: { readonly most?: number; readonly total?: number } = {},
): string {
  const shown = items.slice(0, most);
  const rows = [
    columns.map(({ title }) => title),
    columns.map(({ align }) => (align === "right" ? "---:" : "---")),
    ...shown.map((item) => columns.map(({ cell }) => cell(item))),
  ];
  // Only code can have a bar, and a table takes the backslash before it away, in code too.
  const lines = rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`);
  return [lines.join("\n"), ...moreThan(shown.length, total)].join("\n\n");
}

/** The first points of a list; those that aren't shown are counted below. */
export function markdownList<T>(items: readonly T[], textOf: (item: T) => string): string {
  const shown = items.slice(0, mostRows);
  const points = shown.map((item) => `- ${textOf(item)}`);
  return [points.join("\n"), ...moreThan(shown.length, items.length)].join("\n\n");
}

/** Blocks that are seen when one clicks on the title, which is plain text. */
export function folded(title: string, blocks: readonly string[]): string {
  return ["<details>", `<summary>${htmlProse(title)}</summary>`, ...blocks, "</details>"].join("\n\n");
}

function moreThan(shown: number, total: number): readonly string[] {
  return total > shown ? [`and ${formatCount(total - shown)} more`] : [];
}
