// Shows a job summary as GitHub would, as a picture:
//
//   node __tests__/support/preview-summary.ts IN.md OUT.png [--dark] [--open N]
//   node __tests__/support/preview-summary.ts snapshot|plan|failure|verify OUT.png [--dark] [--open N]
//
// docs/summary.png is of a real run, in the first form with --open 1: this repository's history was tagged at twelve places,
// and the action run for one tag after the other. It takes cmark-gfm and chromium, and of npm the packages mermaid and
// github-markdown-css, which are unpacked into a folder that COLDSTORE_PREVIEW_ASSETS names:
//
//   cd "$COLDSTORE_PREVIEW_ASSETS"
//   for name in mermaid github-markdown-css; do
//     mkdir "$name" && tar -xzf "$(npm pack --silent "$name")" --strip-components=1 -C "$name"
//   done
//
// Fonts decide how it looks: Debian's fonts-noto-core, fonts-noto-color-emoji and fonts-liberation are like GitHub's.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { renderSummary } from "../../src/render/summary.ts";
import { markdownToHtml } from "./cmark.ts";
import { exampleFailure, examplePlan, exampleSnapshot, exampleVerified } from "./example-summary.ts";
import { squeezePng } from "./squeeze-png.ts";

export interface PageOptions {
  /** The folder that holds the two packages. */
  readonly assets: string;
  readonly dark: boolean;
  /** How much of what is folded is unfolded, from the top. */
  readonly open: number;
}

const width = 980;

/** The page in a browser after its charts are drawn, as HTML; `data-height` of its body is how high it is. */
export function drawnPage(markdown: string, options: PageOptions): string {
  return withPage(markdown, options, (url) => chromium(["--dump-dom", `--window-size=${width},800`, url]));
}

/** Writes a picture of the whole page, as small as PNG can have it. */
function drawPicture(markdown: string, file: string, options: PageOptions): void {
  const height = Number(/data-height="(\d+)"/.exec(drawnPage(markdown, options))?.[1]);
  if (Number.isNaN(height)) throw new Error(`the page isn't drawn; is there a mermaid in ${options.assets}?`);
  withPage(markdown, options, (url) =>
    chromium([`--screenshot=${resolve(file)}`, `--window-size=${width},${height}`, url]),
  );
  writeFileSync(file, squeezePng(readFileSync(file)));
}

function withPage<T>(markdown: string, options: PageOptions, use: (url: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-preview-"));
  try {
    const file = join(folder, "page.html");
    writeFileSync(file, pageOf(markdownToHtml(markdown), options));
    return use(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pageOf(body: string, { assets, dark, open }: PageOptions): string {
  const asset = (path: string) => pathToFileURL(resolve(assets, path)).href;
  const scheme = dark ? "dark" : "light";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>summary</title>
<link rel="stylesheet" href="${asset(`github-markdown-css/github-markdown-${scheme}.css`)}">
<style>body { margin: 0; background: ${dark ? "#0d1117" : "#ffffff"} } article { padding: 24px 32px }
.mermaid { text-align: center } .markdown-body details { margin-bottom: 16px } .markdown-body summary { margin-bottom: 8px }</style>
<script src="${asset("mermaid/dist/mermaid.min.js")}"></script></head>
<body><article class="markdown-body">${body}</article><script>
for (const details of document.querySelectorAll("details")) details.open = true;
for (const code of document.querySelectorAll("code.language-mermaid")) {
  const div = document.createElement("div");
  div.className = "mermaid";
  div.textContent = code.textContent;
  code.parentElement.replaceWith(div);
}
mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: "${dark ? "dark" : "default"}" });
mermaid.run().catch((error) => { document.body.dataset.error = String(error); }).finally(() => {
  for (const details of [...document.querySelectorAll("article > details")].slice(${open}).concat(...document.querySelectorAll("details details"))) details.open = false;
  document.body.dataset.height = String(Math.ceil(document.documentElement.getBoundingClientRect().height));
});
</script></body></html>`;
}

function chromium(args: readonly string[]): string {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-lcd-text",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
  ];
  return execFileSync("chromium", [...flags, "--virtual-time-budget=10000", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
}

function main([source = "", file = "", ...flags]: readonly string[]): void {
  const examples = { snapshot: exampleSnapshot, plan: examplePlan, failure: exampleFailure, verify: exampleVerified };
  const example = Object.entries(examples).find(([name]) => name === source)?.[1];
  const markdown = example === undefined ? readFileSync(source, "utf8") : renderSummary(example());
  const assets = process.env["COLDSTORE_PREVIEW_ASSETS"] ?? "";
  drawPicture(markdown, file, {
    assets,
    dark: flags.includes("--dark"),
    open: flags.includes("--open") ? Number(flags[flags.indexOf("--open") + 1]) : 0,
  });
}

if (import.meta.main) main(process.argv.slice(2));
