import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { standsIn } from "../../src/model/setting-spec.ts";
import { manual, settingSpecs } from "../../src/settings/spec/table.ts";
import { renderJson } from "../../src/render/json.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { aLooseRestore, aPlan, aReport, aRestored, aSet } from "../support/reports.ts";
import { generatedDocs, withSettingsBlock } from "../support/write-docs.ts";
import { configDisk, problemsOf } from "../support/config-disk.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("docs/settings.md is what the table says; if it isn't: npm run docs", () => {
  expect(read("docs/settings.md")).toBe(generatedDocs()["docs/settings.md"]);
});

test("docs/config.schema.json is what the table says; if it isn't: npm run docs", () => {
  expect(JSON.parse(read("docs/config.schema.json"))).toEqual(
    JSON.parse(generatedDocs()["docs/config.schema.json"] ?? ""),
  );
});

test.skipIf(!existsSync(new URL("../../README.md", import.meta.url)))(
  "the README's block of settings is what the table says; if it isn't: npm run docs",
  () => {
    const readme = read("README.md");
    expect(withSettingsBlock(readme)).toBe(readme);
  },
);

test("the reference has a row for every setting, and one for every output", () => {
  const [settings = "", outputs = ""] = read("docs/settings.md").split("## Outputs of the action");
  const rows = (page: string, name: string) => page.match(new RegExp(`^\\| \`${name}\``, "gm"));
  for (const { name } of settingSpecs()) expect(rows(settings, name)).toHaveLength(1);
  for (const { name } of manual().outputs) expect(rows(outputs, name)).toHaveLength(1);
});

test.each(settingSpecs().filter((spec) => standsIn(spec, "file")))(
  "the config schema takes the example of $name, as the reader does",
  async ({ name, kind, example, list, trust }) => {
    const value =
      kind.type === "boolean" || kind.type === "auto"
        ? example === "true"
        : kind.type === "number"
          ? Number(example)
          : example;
    const values = [value, ...(list ? [[value]] : [])];
    for (const each of values) {
      for (const config of [{ [name]: each }, { profiles: { p: { [name]: each } } }]) {
        expect(schemaProblems("config", config)).toEqual([]);
        const files = { "/repo/coldstore.yml": JSON.stringify(config) };
        const named = trust === "explicit" ? " --config coldstore.yml" : "";
        expect(await problemsOf({ argv: `snapshot . ./cold${named}`, files })).toEqual(
          name === "source" || name === "mode" ? expect.anything() : [],
        );
      }
    }
  },
);

test.each([
  { stroe: "x" },
  { prove: "drills" },
  { "compression-level": 20 },
  { format: ["rar"] },
  { "split-size": 1000 },
  { "split-size": "1 GB" },
  { mtime: -1 },
  { mtime: "now" },
  { "ignore-profile": "cobol" },
  { profiles: { p: { x: 1 } } },
  { "dry-run": "yes" },
  { json: true },
])("the config schema refuses %j, as the reader does", async (config) => {
  expect(schemaProblems("config", config)).not.toEqual([]);
  const files = { "/repo/coldstore.yml": JSON.stringify(config) };
  expect(await problemsOf({ argv: "snapshot . ./cold", files })).not.toEqual([]);
  expect(await configDisk(files).isFile("/repo/coldstore.yml")).toBe(true);
});

test("reports and manifests follow their schemas", () => {
  const set = { project: "acme/app", mode: "snapshot", id: "v1.4.0" };
  const details = [
    { kind: "plan", plan: aPlan({ expectedSeconds: 2.5 }) },
    {
      kind: "plan",
      plan: aPlan({
        engine: "ignore",
        splits: [{ format: "zip", parts: 2, exact: false }],
        profiles: [{ name: "rust", patterns: ["target/"] }],
        untracked: ["a"],
      }),
    },
    {
      kind: "sets",
      stores: ["./cold"],
      rows: [{ set, store: "./cold", state: "complete", made: "2026-11-22T02:15:00Z", bytes: 3, frozen: false }],
    },
    aSet(),
    { kind: "difference", before: set, after: set, changes: [{ path: "a", change: "added" }] },
    { kind: "restored", restored: aRestored() },
    { kind: "restored", restored: aLooseRestore() },
  ] as const;
  for (const each of details) expect(schemaProblems("report", reportJson({ details: each }))).toEqual([]);
  expect(schemaProblems("manifest", aSet().manifest)).toEqual([]);
});

test("the schemas see what is wrong", () => {
  expect(schemaProblems("report", reportJson({ status: "good" as "ok" }))).toHaveLength(1);
  expect(schemaProblems("manifest", { ...aSet().manifest, seal: "x" })).toHaveLength(1);
  expect(schemaProblems("manifest", {})).toHaveLength(1);
});

function reportJson(changes: Partial<Report>): unknown {
  return JSON.parse(renderJson(aReport(changes)));
}
