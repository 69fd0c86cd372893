import { formatCount } from "../model/units.ts";
import { htmlProse } from "./markdown-text.ts";

/** A column of a table in Markdown; the title is Markdown, too. */
export interface MarkdownColumn {
  readonly title: string;
  readonly align?: "right";
}

// What a person looks through; the report has it all.
const mostRows = 50;

/** A table of the first rows; what isn't shown is counted below. Cells are Markdown of one line, such as codeSpan and prose give. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
  { most = mostRows, total = rows.length }: { readonly most?: number; readonly total?: number } = {},
): string {
  const shown = rows.slice(0, most);
  const lines = [
    columns.map(({ title }) => title),
    columns.map(({ align }) => (align === "right" ? "---:" : "---")),
    ...shown,
  ];
  // Only code can have a bar, and a table takes the backslash before it away, in code too.
  const table = lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`);
  return [table.join("\n"), ...moreThan(shown.length, total)].join("\n\n");
}

/** Points of a list, the first of them; what isn't shown is counted below. */
export function markdownList(points: readonly string[], most = mostRows): string {
  const shown = points.slice(0, most);
  return [shown.map((point) => `- ${point}`).join("\n"), ...moreThan(shown.length, points.length)].join("\n\n");
}

/** Blocks that are seen when one clicks on the title, which is plain text. */
export function folded(title: string, blocks: readonly string[]): string {
  return ["<details>", `<summary>${htmlProse(title)}</summary>`, ...blocks, "</details>"].join("\n\n");
}

function moreThan(shown: number, total: number): readonly string[] {
  return total > shown ? [`and ${formatCount(total - shown)} more`] : [];
}
