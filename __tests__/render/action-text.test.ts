import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SetRow } from "../../src/model/details.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { renderActionText } from "../../src/render/action-text.ts";
import { commandText } from "../support/command-text.ts";
import { aPlan, aReport, aSet } from "../support/reports.ts";
import { namesForAct, readAsRunner } from "../support/runner-commands.ts";

const text = (changes: Partial<Report>) => renderActionText(aReport(changes), { color: false });
const set = "acme/app/snapshot/v1";
const stored: Outcome = { outcome: "stored", store: "./cold", set, bytes: 1_234_567, seconds: 3.4, proof: "digest" };

test("tells how the run ended and what happened in each store, and leaves warnings and errors to annotations", () => {
  const report = { outputs: { set: "v1" }, outcomes: [stored], warnings: ["2 files were left out"] };
  expect(text(report)).toEqual([
    "ok: v1 is stored and proven in ./cold",
    `stored ${set} (1.2 MB, 3.4 s, proven by digest) in ./cold`,
  ]);
});

test("what a single error says is said once", () => {
  const error = new ColdstoreError("store", "./cold is full; make room and run again");
  const failed: Outcome = { outcome: "failed", store: "./cold", set, detail: error.message };
  expect(text({ status: "failed", errors: [error], outcomes: [failed] })).toEqual([
    "failed: ./cold is full; make room and run again",
    `failed ${set} in ./cold`,
  ]);
});

test("what a dry run found is told", () => {
  expect(text({ status: "planned", details: { kind: "plan", plan: aPlan() } })).toContain("nothing was written");
});

test("of a long list the first thousand lines are shown, and how many more there are", () => {
  const row = { store: "./cold", state: "complete", bytes: 1, frozen: false } as const;
  const rows = Array.from({ length: 1500 }, (_, i): SetRow => ({
    ...row,
    set: { project: "a/b", mode: "raw", id: `s${i}` },
  }));
  const lines = text({ mode: "list", details: { kind: "sets", stores: ["./cold"], rows } });
  expect(lines).toHaveLength(1002);
  expect(lines.at(-1)).toMatch(/^and 5\d\d more lines; the report has them all$/u);
});

test("of a set's entries fifty are shown, and where there are more", () => {
  const [entry] = aSet().entries;
  const entries = Array.from({ length: 600 }, (_, i) => ({ ...entry!, path: `e${i}` }));
  const lines = text({ mode: "list", details: { ...aSet(), entries } });
  expect(lines).toContain("entries (600)");
  expect(lines.slice(-2)).toEqual([
    expect.stringContaining(" e49/"),
    "and 550 more entries; the summary has more of them, and the report all",
  ]);
  const few = text({ mode: "list", details: { ...aSet(), entries: entries.slice(0, 50) } });
  expect(few.at(-1)).toContain(" e49/");
});

test("what is wrong with thousands of files takes a thousand lines", () => {
  const outcomes = Array.from({ length: 3000 }, (_, i): Outcome => ({
    outcome: "missing",
    store: "s",
    set,
    file: `f${i}`,
  }));
  expect(text({ mode: "verify", status: "failed", outcomes })).toHaveLength(1002);
});

test("many outcomes about one file send the reader to the report", () => {
  const outcomes = Array.from({ length: 30 }, (_, i): Outcome => ({
    outcome: "corrupt",
    store: "s",
    set,
    file: `a.tar: e${i}`,
  }));
  expect(text({ mode: "verify", status: "failed", outcomes }).at(-1)).toBe(
    `corrupt 20 more entries of a.tar of ${set} in s; the report names them all`,
  );
});

test("warnings and errors that no annotation has room for are told here", () => {
  const warnings = Array.from({ length: 12 }, (_, i) => `::warning::${i}`);
  const errors = Array.from({ length: 11 }, (_, i) => new ColdstoreError("store", `problem ${i}`));
  expect(text({ status: "failed", warnings, errors })).toEqual([
    "failed: 11 problems",
    "error: problem 9",
    "error: problem 10",
    "warning: ::warning::9",
    "warning: ::warning::10",
    "warning: ::warning::11",
  ]);
});

test("the first line's word has a colour when asked for", () => {
  expect(renderActionText(aReport(), { color: true })[0]).toMatch(/^\p{Cc}\[32mok:\p{Cc}\[39m /u);
});

test("nothing in a report becomes a command", () => {
  fc.assert(
    fc.property(commandText(), commandText(), (one, two) => {
      const plan = aPlan({
        untracked: [one, two],
        biggestEntries: [{ path: two, bytes: 1 }],
        trackedButIgnored: [one],
      });
      const outcomes: Outcome[] = [{ outcome: "failed", store: one, set: two, file: one, detail: two, url: one }];
      const lines = text({ outputs: { set: one }, outcomes, details: { kind: "plan", plan } });
      const found = text({
        mode: "list",
        details: {
          kind: "difference",
          before: { project: one, mode: "raw", id: two },
          after: { project: two, mode: "raw", id: one },
          changes: [{ path: one, change: "added" }],
        },
      });
      const all = [...lines, ...found, ...text({ errors: [new ColdstoreError("store", one)] })];
      const output = all.map((line) => `${line}\n`).join("");
      expect(readAsRunner(output)).toEqual({ commands: [], lines: all });
      expect(namesForAct(output)).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
