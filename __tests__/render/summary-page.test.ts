import { expect } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { exampleSnapshot } from "../support/example-summary.ts";
import { drawnPage } from "../support/preview-summary.ts";
import { testWith } from "../support/programs.ts";

const assets = process.env["COLDSTORE_PREVIEW_ASSETS"];

/** What a chart shows as text, one list a chart. */
function chartTexts(page: string): readonly (readonly string[])[] {
  const charts = page.match(/<svg[^>]*aria-roledescription[^]*?<\/svg>/g) ?? [];
  return charts.map((svg) => [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text!.trim()));
}

/** A report whose charts have names that mean something to Mermaid. */
function chargedReport(): Report {
  const names = [
    '"a"];click b',
    '%%{init: {"theme":"dark"}}%%',
    "a: b",
    "end",
    "--->",
    "`<b>&#quot;",
    "accTitle: x",
    "title y",
    "日本 e\u0301",
  ];
  const example = exampleSnapshot();
  const biggestFolders = names.map((path, i) => ({ path, bytes: 5e6 - i * 1e5 }));
  const past = names.map((id, i) => ({ id: id.slice(0, 9), made: "", tarBytes: 5e6 - i * 1e5, archiveBytes: i }));
  return { ...example, made: { ...example.made!, biggestEntries: [], biggestFolders, past } };
}

testWith(["cmark-gfm", "chromium"], "a browser draws every chart and has every row, whatever names are", ({ skip }) => {
  if (assets === undefined && process.env["CI"] === "true")
    throw new Error("COLDSTORE_PREVIEW_ASSETS must name a folder in CI; preview-summary.ts says of what");
  if (assets === undefined) return skip("COLDSTORE_PREVIEW_ASSETS names no folder");
  const markdown = [exampleSnapshot(), chargedReport()].map(renderSummary).join("\n");
  const page = drawnPage(markdown, { assets, dark: false, open: 0 });
  expect(page).not.toMatch(/data-error|Syntax error|<pre><code class="language-mermaid"/);
  const [sizes = [], space = [], chargedSizes = [], chargedSpace = [], ...more] = chartTexts(page);
  expect(more).toEqual([]);
  expect(sizes).toEqual(expect.arrayContaining(["MB", "v1.4.0", "v2.6.0", "0", "60"]));
  expect(space).toEqual(expect.arrayContaining(["data, 25 MB", "tests, 1.3 MB", "47%"]));
  expect(chargedSizes).toEqual(expect.arrayContaining(["_a___clic", "a: b", "end", "-_", "accTitle:", "日本 e\u0301"]));
  expect(chargedSpace.filter((text) => text.endsWith(" MB"))).toEqual([
    "_a___click b, 5.0 MB",
    "___init: __theme_:_dark_____, 4.9 MB",
    "a: b, 4.8 MB",
    "end, 4.7 MB",
    "-_, 4.6 MB",
    "__b___quot_, 4.5 MB",
    "accTitle: x, 4.4 MB",
    "title y, 4.3 MB",
    "日本 e\u0301, 4.2 MB",
    "all else, 11 MB",
  ]);
  const ownRows = [5, 3, 7, 13, 6, 13];
  const chargedRows = [5, 3, 7, 10, 13];
  expect(page.match(/<table>/g)).toHaveLength(ownRows.length + chargedRows.length);
  expect(page.match(/<tr>/g)).toHaveLength([...ownRows, ...chargedRows].reduce((sum, rows) => sum + rows));
});
