import { execFileSync } from "node:child_process";

const flags = [
  "--unsafe",
  ...["table", "autolink", "strikethrough", "tagfilter", "tasklist"].flatMap((name) => ["-e", name]),
];

/** Markdown as GitHub's engine renders it, before GitHub's own filters. */
export function markdownToHtml(markdown: string): string {
  return execFileSync("cmark-gfm", flags, { input: markdown, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
}
