import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { insteadOf } from "../src/settings/renamed.ts";

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

// Of version 3.0: https://github.com/softprops/action-gh-release/blob/v3/action.yml
const theirs =
  "body body_path name tag_name draft prerelease preserve_order files working_directory overwrite_files fail_on_unmatched_files repository token target_commitish discussion_category_name generate_release_notes append_body make_latest previous_tag";

test("the README's table has each input of the action that people come from, and a run knows it", () => {
  const page = readFileSync(join(root, "README.md"), "utf8");
  const rows = page.slice(page.indexOf("| theirs |"), page.indexOf("| outputs `url`")).split("\n");
  const named = rows.flatMap((row) => /^\| (`.*?) \|/u.exec(row)?.[1]?.match(/[a-z_]+/gu) ?? []);
  expect(named.toSorted()).toEqual(theirs.split(" ").sort());
  const { inputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as { inputs: Record<string, unknown> };
  for (const name of named) expect(Object.hasOwn(inputs, name) || insteadOf(name) !== undefined, name).toBe(true);
});
