import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

test("docs/releases.md quotes errors that there are", () => {
  const page = readFileSync(join(root, "docs", "releases.md"), "utf8");
  const table = page.slice(page.indexOf("## When it fails"));
  const quotes = [...table.matchAll(/^\| (`.*?`) \|/gmu)].flatMap(([, cell = ""]) => cell.match(/[^`]{5,}/gu) ?? []);
  expect(quotes.length).toBeGreaterThan(10);
  const source = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(root, "src", name), "utf8"))
    .join("\n")
    .replaceAll(/\$\{[^}]*\}/gu, "v1.4.0");
  for (const part of quotes.flatMap((quote) => quote.split(/ ?… ?|v1\.4\.0|contents: write/u)))
    expect(source).toContain(part);
});
