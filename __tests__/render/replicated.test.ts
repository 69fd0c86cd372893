import { describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { headlineOf } from "../../src/render/headline.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { renderText } from "../../src/render/text.ts";
import { aReport } from "../support/reports.ts";

function row(set: number, outcome: Outcome["outcome"], changes: Partial<Outcome> = {}): Outcome {
  return { outcome, store: "r2:cold", set: `acme/app/snapshot/v${set}`, ...changes };
}

function copied(outcomes: readonly Outcome[], changes: Partial<Report> = {}): Report {
  return aReport({ mode: "replicate", outcomes, ...changes });
}

const stored = (set: number) => row(set, "stored", { bytes: 1_200_000, seconds: 3.4, proof: "digest" });
const kept = (set: number) => row(set, "kept", { bytes: 1_200_000, proven: "2026-11-22T03:00:00Z" });
const there = (set: number) => row(set, "unchanged", { bytes: 1_200_000, proven: "2026-11-22T03:00:00Z" });

describe("the headline", () => {
  const cases: readonly [string, Report][] = [
    ["acme/app/snapshot/v1 is copied to r2:cold and proven", copied([stored(1)])],
    ["2 sets are copied to r2:cold and proven, 1 was there already", copied([stored(1), stored(2), there(3)])],
    ["2 sets are unchanged in r2:cold", copied([there(1), there(2)], { status: "unchanged" })],
    [
      "acme/app/snapshot/v1 is copied to r2:cold, not proven",
      copied([row(1, "unproven", { proof: "none" })], { status: "unproven" }),
    ],
    [
      "2 sets are unchanged in r2:cold, 1 of them never proven: verify r2:cold",
      copied([row(1, "unchanged"), there(2)], { status: "unproven" }),
    ],
    [
      "acme/app/snapshot/v1 would be copied to r2:cold (dry run)",
      copied([row(1, "would-store"), there(2)], { status: "planned" }),
    ],
    ["acme/app/snapshot/v1 is kept with other content in r2:cold", copied([kept(1)], { status: "unchanged" })],
    [
      "acme/app/snapshot/v1 is unchanged in r2:cold, 2 sets are kept with other content in r2:cold",
      copied([there(1), kept(2), kept(3)], { status: "unchanged" }),
    ],
    [
      "acme/app/snapshot/v1 is copied to r2:cold and proven, 1 was there already, 1 set is kept with other content in r2:cold",
      copied([stored(1), there(2), kept(3)]),
    ],
    [
      "acme/app/snapshot/v1 would be copied to r2:cold, 1 set is kept with other content in r2:cold (dry run)",
      copied([row(1, "would-store"), kept(2)], { status: "planned" }),
    ],
    ["acme/app/snapshot/v1 is kept with other content in r2:cold (dry run)", copied([kept(1)], { status: "planned" })],
    ["2 sets are there already in r2:cold (dry run)", copied([there(1), there(2)], { status: "planned" })],
    [
      "acme/app/snapshot/v1 is repaired in r2:cold, 1 was there already",
      copied([row(1, "repaired", { proof: "digest", proven: "2026-11-22T03:00:00Z" }), there(2)]),
    ],
  ];

  test.each(cases)("says: %s", (text, report) => {
    expect(headlineOf(report).text).toBe(text);
  });

  test("counts what isn't copied", () => {
    const errors = [new ColdstoreError("integrity", "a"), new ColdstoreError("store", "b")];
    const rows = [row(1, "corrupt", { store: "./cold" }), row(1, "failed"), row(2, "failed"), stored(3)];
    expect(headlineOf(copied(rows, { errors, status: "failed" })).text).toBe("2 of 3 sets aren't copied (2 problems)");
    const down: Outcome = { outcome: "failed", store: "r2:cold", detail: "it is down" };
    expect(headlineOf(copied([down], { errors, status: "failed" })).text).toBe(
      "nothing is copied to r2:cold (2 problems)",
    );
  });
});

test("the command line has a line for each set and store", () => {
  const broken = row(2, "corrupt", { store: "./cold", file: "app.tar", detail: "has 3 bytes, not 9" });
  const failed = row(2, "failed", { detail: "not copied: app.tar has 3 bytes, not 9 where it comes from" });
  const errors = [new ColdstoreError("integrity", "acme/app/snapshot/v2 in ./cold: app.tar: has 3 bytes, not 9")];
  const text = renderText(copied([broken, stored(1), failed], { errors, status: "failed" }), { color: false });
  expect(text.split("\n")).toEqual([
    "failed: acme/app/snapshot/v2 in ./cold: app.tar: has 3 bytes, not 9",
    "corrupt app.tar of acme/app/snapshot/v2 in ./cold: has 3 bytes, not 9",
    "stored acme/app/snapshot/v1 (1.2 MB, 3.4 s, proven by digest) in r2:cold",
    "failed acme/app/snapshot/v2 in r2:cold: not copied: app.tar has 3 bytes, not 9 where it comes from",
    "",
  ]);
});

describe("the summary", () => {
  test("has what isn't copied first, then the copies", () => {
    const failed = row(2, "conflict", { detail: "it's there with other content" });
    const errors = [new ColdstoreError("conflict", "it's there with other content")];
    expect(renderSummary(copied([failed, stored(1)], { errors, status: "conflict" })).split("\n")).toEqual([
      "## ❌ 1 of 2 sets isn't copied",
      "",
      "### What isn't copied",
      "",
      "| set | store | outcome | what |",
      "| --- | --- | --- | --- |",
      "| `acme/app/snapshot/v2` | `r2:cold` | conflict | it's there with other content |",
      "",
      "<details>",
      "",
      "<summary>1 copy</summary>",
      "",
      "| set | store | outcome | proof | size | time |",
      "| --- | --- | --- | --- | ---: | ---: |",
      "| `acme/app/snapshot/v1` | `r2:cold` | stored | by digest | 1.2 MB | 3.4 s |",
      "",
      "</details>",
      "",
    ]);
  });

  test("only counts what was there where that is much", () => {
    const many = Array.from({ length: 30 }, (_, i) => there(i));
    const summary = renderSummary(copied([...many, stored(99)]));
    expect(summary).toContain("30 copies were there already, unchanged.");
    expect(summary.match(/^\| `/gm)).toHaveLength(1);
    expect(renderSummary(copied(many.slice(0, 3), { status: "unchanged" })).match(/^\| `/gm)).toHaveLength(3);
  });

  test("names that mean something in Markdown stay what they are", () => {
    const odd = row(1, "failed", { store: "`r2`|x", detail: "<img src=x> @everyone | ![a](b)" });
    const summary = renderSummary(copied([odd], { errors: [new ColdstoreError("store", "no")], status: "failed" }));
    expect(summary).not.toContain("<img");
    const lines = summary.split("\n");
    const cells = lines.find((line) => line.includes("everyone"))?.match(/(?<!\\)\|/g);
    expect(cells).toHaveLength(5);
  });
});
