import { cutMiddle } from "./markdown-text.ts";

/** The text in quotes as a label of a Mermaid chart: of what Mermaid might read as its own, an underscore is left. */
export function mermaidLabel(text: string, most: number): string {
  return `"${labelText(text, most)}"`;
}

/** Labels that are all different: a chart puts equal ones together. */
export function differentLabels(texts: readonly string[], most: number): readonly string[] {
  const seen = new Map<string, number>();
  return texts.map((text) => {
    const label = labelText(text, most);
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    return `"${count === 1 ? label : `${label} (${count})`}"`;
  });
}

/** A chart as Markdown has it. `settings` are Mermaid's own, by which a theme isn't touched but where they say so. */
export function mermaidBlock(settings: Readonly<Record<string, unknown>>, lines: readonly string[]): string {
  return ["```mermaid", `%%{init: ${JSON.stringify(settings)}}%%`, ...lines, "```"].join("\n");
}

function labelText(text: string, most: number): string {
  const safe = cutMiddle(text, most).replaceAll(/[^\p{L}\p{M}\p{N} .:/+()…-]/gu, "_");
  return safe.replaceAll(/-{2,}/gu, "-").trim() || "_";
}
