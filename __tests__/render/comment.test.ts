import { describe, expect, test } from "vitest";
import type { BaseDifference, Plan } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import { commentMarker, renderComment } from "../../src/render/comment.ts";
import { failedReport } from "../../src/render/report-errors.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { exampleFailure, examplePlan, exampleSnapshot, exampleVerified } from "../support/example-summary.ts";
import { aPlan, aReport } from "../support/reports.ts";

const commit = "7c41e9d02b5f8a6340c1de97f2b8840a6d3e5f19";

const compared: BaseDifference = {
  kind: "compared",
  commit,
  added: 2,
  removed: 1,
  changed: 22,
  bytes: -1200,
  examples: [
    { path: "data/new.bin", change: "added", bytes: 4000 },
    { path: "data/old.bin", change: "removed", bytes: 5200 },
  ],
};

const planned = (plan: Partial<Plan>): Report =>
  aReport({ status: "planned", outputs: { set: "v2.6.0" }, details: { kind: "plan", plan: aPlan(plan) } });

const linesOf = (report: Report): readonly string[] => renderComment(report)?.split("\n") ?? [];

describe("the first line that is seen", () => {
  test.each<[Report, string]>([
    [planned({ base: compared }), "; against the base, 2 enter, 1 leaves, 22 change (−1.2 kB)"],
    [planned({ base: { ...compared, added: 0, removed: 0, changed: 0 } }), "; against the base, nothing differs"],
    [planned({ base: { kind: "missing", commit } }), ""],
    [planned({}), ""],
  ])("tells what a pull request changes: %#", (report, news) => {
    expect(linesOf(report)[2]).toBe(`## ✅ snapshot v2.6.0 would be made: 2 files, 1.5 kB${news}`);
  });

  test("says what failed", () => {
    expect(linesOf(exampleFailure())[2]).toBe("## ❌ snapshot failed: 2 problems");
  });
});

test("what stands against it comes with the lines of a workflow that put it right", () => {
  const text = renderComment(exampleFailure());
  expect(text).toContain(
    String.raw`- 3 Git LFS pointers stand for 2\.7 GB that isn't there; set lfs to include or pointers`,
  );
  expect(text).toContain("```yaml\n- uses: actions/checkout@v7\n");
});

test("a dry run that failed tells its findings all the same", () => {
  const report = { ...examplePlan(), errors: [new ColdstoreError("source", "it can't be")] };
  expect(renderComment(report)).toMatch(
    /\n## ❌ .*\n\n\*\*it can't be\*\*\n\n[^]*2 Git LFS pointers go in as they are/,
  );
});

describe.each([
  ["a comment", (report: Report) => renderComment(report) ?? ""],
  ["the summary", renderSummary],
])("%s", (_, render) => {
  test("lists the biggest entries that enter, leave or change, and counts the others", () => {
    expect(render(planned({ base: compared }))).toContain(
      [
        "### Against the base",
        "",
        "Compared with `7c41e9d02b`, of the entries 2 enter, 1 leaves, 22 change (−1.2 kB).",
        "",
        "| change | biggest entries | size |",
        "| --- | --- | ---: |",
        "| added | `data/new.bin` | 4.0 kB |",
        "| removed | `data/old.bin` | 5.2 kB |",
        "",
        "and 23 more",
      ].join("\n"),
    );
  });

  test("says what the comparison doesn't see", () => {
    const lfs = [{ path: "a", oid: "0".repeat(64), bytes: 1 }];
    const policies = { submodules: "fail", lfs: "include" } as const;
    expect(render(planned({ base: compared, lfs, policies, engine: "git" }))).toContain(
      "(−1.2 kB). Only what git tracks is compared, as both commits have it; Git LFS files count as their pointers.\n",
    );
  });

  test("gives the lines that bring a base that isn't there", () => {
    expect(render(planned({ base: { kind: "missing", commit, fetchDepth: 2 } }))).toContain(
      "The base commit `7c41e9d02b` isn't in this clone, or not all of it, so what differs from it can't be told.\n\n" +
        "In the workflow:\n\n```yaml\n- uses: actions/checkout@v7\n  with:\n    fetch-depth: 2\n```\n",
    );
    expect(render(planned({ base: { kind: "missing", commit } }))).not.toContain("In the workflow");
  });

  test("has sizes, biggest entries, and what is to be known of the files", () => {
    const text = render(examplePlan());
    for (const part of [
      "4,218 files, 611 folders, 3 links, 52 MB",
      "| `tar.gz` in about 2 parts | about 17 MB | 31 % |",
      "| `data/places.sqlite` | 18 MB | 35 % |",
      "<summary>2 Git LFS pointers go in as they are, standing for 2.7 GB</summary>",
      "<summary>1 submodule goes in with its content</summary>",
      "<summary>1 tracked file goes in although .gitignore names it</summary>",
      "<summary>1 file that looks like credentials stays out (name it under include to take it)</summary>",
    ])
      expect(text).toContain(part);
  });
});

test("warnings are told", () => {
  expect(renderComment({ ...planned({}), warnings: ["mind this"] })).toContain("### Warnings\n\n- mind this");
});

test.each([
  ["a set that was made", exampleSnapshot()],
  ["a verification", exampleVerified()],
  ["what failed in a mode that makes nothing", failedReport("list", new ColdstoreError("store", "no"))],
])("%s is nothing for a pull request", (_, report) => {
  expect(renderComment(report)).toBeUndefined();
});

describe("the marker", () => {
  test("is the first line, by mode and step", () => {
    expect(linesOf(planned({}))[0]).toBe("<!-- coldstore:snapshot -->");
    expect(renderComment({ ...planned({}), mode: "archive" }, "ci.yml/build/a")).toMatch(
      /^<!-- coldstore:archive:ci\.yml\/build\/a -->\n\n##/,
    );
  });

  test("of one step is never the beginning of another's", () => {
    const markers = [undefined, "a", "a/b", "ab"].map((step) => commentMarker({ mode: "snapshot" }, step));
    for (const one of markers) expect(markers.filter((other) => other.startsWith(one))).toEqual([one]);
  });

  test.each(["--> <b>", "a--b", "\n\n# x", "é".repeat(4000), "->"])("stays a comment with %j in it", (step) => {
    expect(commentMarker({ mode: "snapshot" }, step)).toMatch(/^<!-- (?:(?!--)[\w./:-]){1,500} -->$/);
  });
});
