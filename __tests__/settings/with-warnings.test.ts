import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { OutcomeWord } from "../../src/model/report.ts";
import { failedReport } from "../../src/render/report-errors.ts";
import { withWarnings } from "../../src/settings/with-warnings.ts";
import { aReport } from "../support/reports.ts";

const outcomesOf = (ends: Readonly<Record<string, OutcomeWord>>) =>
  Object.entries(ends).map(([store, outcome]) => ({ store, outcome }));

function warningsAfter(ends: Readonly<Record<string, OutcomeWord>>, passing: readonly string[]): readonly string[] {
  return withWarnings(aReport({ outcomes: outcomesOf(ends), warnings: [] }), { warnings: [], passing }).warnings;
}

test.each(["stored", "unchanged", "kept", "repaired", "unproven"] as const)(
  "a store on the runner where a set is %s has to be handed on",
  (outcome) => {
    expect(warningsAfter({ "./cold": outcome }, ["./cold"])).toEqual([
      "./cold is on the runner, and goes with it: a later step has to hand it on, such as actions/upload-artifact.",
    ]);
    expect(warningsAfter({ "/srv/cold": outcome }, [])).toEqual([]);
  },
);

test.each(["failed", "conflict", "immutable", "would-store", "unknown"] as const)(
  "where it is %s there is nothing to hand on",
  (outcome) => expect(warningsAfter({ "./cold": outcome }, ["./cold"])).toEqual([]),
);

test("a run that ended before it stored anything has nothing to hand on", () => {
  const report = failedReport("snapshot", new ColdstoreError("source", "no repository"));
  expect(withWarnings(report, { warnings: [], passing: ["./cold"] })).toEqual(report);
});

test("only stores that hold the set are named, and several together", () => {
  const ends = { "./a": "stored", "./b": "failed", "./c": "unchanged" } as const;
  expect(warningsAfter(ends, ["./a", "./b", "./c"])).toEqual([
    "./a, ./c are on the runner, and go with it: a later step has to hand them on, such as actions/upload-artifact.",
  ]);
});

test("what the settings warn of is told before what the run does", () => {
  const report = aReport({ outcomes: outcomesOf({ "./cold": "stored" }), warnings: ["last"] });
  const { warnings } = withWarnings(report, { warnings: ["first"], passing: ["./cold"] });
  expect(warnings.map((each) => each.split(" ")[0])).toEqual(["first", "./cold", "last"]);
});
