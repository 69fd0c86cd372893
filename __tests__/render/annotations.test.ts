import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { Outcome, Report } from "../../src/model/report.ts";
import { workflowCommand } from "../../src/model/workflow-command.ts";
import { annotationsOf, beyondAnnotations } from "../../src/render/annotations.ts";
import { commandText } from "../support/command-text.ts";
import { aReport } from "../support/reports.ts";
import { readAsRunner } from "../support/runner-commands.ts";

const annotations = (changes: Partial<Report>) => annotationsOf(aReport(changes));
const full = new ColdstoreError("store", "./cold is full; make room and run again");
const shallow = new ColdstoreError("source", "v1 isn't in this shallow clone; fetch it whole", {
  remedy: { checkout: { "fetch-depth": "0" } },
});
const many = (count: number) => Array.from({ length: count }, (_, i) => `sentence ${i}`);

test("errors come first, then warnings, each with a short title", () => {
  expect(annotations({ warnings: ["2 files were left out"], errors: [full] })).toEqual([
    { level: "error", title: "coldstore: store", message: full.message },
    { level: "warning", title: "coldstore", message: "2 files were left out" },
  ]);
});

test("a run that went well has none", () => {
  expect(annotations({})).toEqual([]);
});

test("an error that a workflow's steps can mend has them to paste, below its sentence", () => {
  expect(annotations({ errors: [shallow] })).toEqual([
    {
      level: "error",
      title: "coldstore: source",
      message: `${shallow.message}\n\n- uses: actions/checkout@v7\n  with:\n    fetch-depth: 0`,
    },
  ]);
});

test("each of several errors in one is its own annotation, and what two stores say alike is said once", () => {
  const errors = [new SeveralErrors([full, shallow]), new ColdstoreError("store", full.message)];
  expect(annotations({ errors }).map(({ title }) => title)).toEqual(["coldstore: store", "coldstore: source"]);
  expect(annotations({ warnings: ["a", "b", "a"] }).map(({ message }) => message)).toEqual(["a", "b"]);
});

test.each([
  [10, "sentence 9", 0],
  [11, "and 2 more warnings; the report has them all", 2],
  [3000, "and 2,991 more warnings; the report has them all", 2991],
])("of %d warnings ten are shown, the last being %j, and %d are left to the log", (count, last, left) => {
  const report = { warnings: many(count), errors: [full] };
  expect(annotations(report)).toHaveLength(11);
  expect(annotations(report).at(-1)?.message).toBe(last);
  const beyond = beyondAnnotations(aReport(report));
  expect(beyond).toEqual(
    many(count)
      .slice(count - left)
      .map((message) => ({ severity: "warning", message })),
  );
});

test("errors beyond the tenth are left to the log, without what could be pasted", () => {
  const errors = [...many(9).map((text) => new ColdstoreError("store", text)), shallow, full];
  expect(annotations({ errors }).at(-1)).toEqual({
    level: "error",
    title: "coldstore",
    message: "and 2 more errors; the report has them all",
  });
  expect(beyondAnnotations(aReport({ errors })).map(({ message }) => message)).toEqual([shallow.message, full.message]);
});

const corrupt = (id: string, file: string): Outcome => ({
  outcome: "corrupt",
  store: "./cold",
  set: `a/b/snapshot/${id}`,
  file,
  detail: "changed: x",
});
const errorsFor = (outcomes: readonly Outcome[]) =>
  outcomes.map(
    ({ set, store, file, detail }) => new ColdstoreError("integrity", `${set} in ${store}: ${file}: ${detail}`),
  );
const entries = (id: string) => Array.from({ length: 1024 }, (_, i) => corrupt(id, `a.tar: e${i}`));

test("a damaged file is one annotation with all its entries, so that no set goes unnamed", () => {
  const outcomes = ["v1", "v2"].flatMap((id) => [corrupt(id, "a.tar"), ...entries(id)]);
  const report = { mode: "verify", outcomes, errors: errorsFor(outcomes) };
  expect(annotations(report).map(({ message }) => message)).toEqual([
    "a/b/snapshot/v1 in ./cold: a.tar: changed: x, and 1,024 entries of it",
    "a/b/snapshot/v2 in ./cold: a.tar: changed: x, and 1,024 entries of it",
  ]);
  expect(beyondAnnotations(aReport(report))).toEqual([]);
});

test("many damaged files of a set are one annotation", () => {
  const outcomes = ["v1", "v2"].flatMap((id) => Array.from({ length: 20 }, (_, i) => corrupt(id, `f${i}`)));
  const found = annotations({ mode: "verify", outcomes, errors: [...errorsFor(outcomes), full] });
  expect(found.map(({ message }) => message)).toEqual([
    "a/b/snapshot/v1 in ./cold: f0: changed: x, and 19 more problems of this set",
    "a/b/snapshot/v2 in ./cold: f0: changed: x, and 19 more problems of this set",
    full.message,
  ]);
});

test("what an outcome has told, the log need not tell again", () => {
  const errors = many(12).map((text) => new ColdstoreError("integrity", text));
  const outcomes: Outcome[] = [{ outcome: "corrupt", store: "./cold", detail: "sentence 10" }];
  const left = beyondAnnotations(aReport({ errors, outcomes })).map(({ message }) => message);
  expect(left).toEqual(["sentence 9", "sentence 11"]);
});

test("nothing is longer than a runner takes, and what is cut is whole characters", () => {
  const long = new ColdstoreError("source", `a${"😀".repeat(3000)}`, { remedy: { settings: { lfs: "include" } } });
  const huge = new ColdstoreError("source", "short", { remedy: { settings: { note: "x".repeat(5000) } } });
  const [first, second] = annotations({ errors: [long, huge] });
  expect(first?.message.length).toBeLessThanOrEqual(2100);
  expect(first?.message).toMatch(/^a(?:😀)+\.\.\.\n\n- uses: coldstore\/action@v1\n {2}with:\n {4}lfs: include$/u);
  expect(second?.message).toBe("short");
});

test("whatever an error or a warning says, a runner takes from it one annotation with all its text", () => {
  fc.assert(
    fc.property(commandText(), commandText(), (error, warning) => {
      const found = annotations({ errors: [new ColdstoreError("source", error)], warnings: [warning] });
      const lines = found.map(({ level, title, message }) => workflowCommand(level, message, { title }));
      expect(readAsRunner(lines.join("\n"))).toEqual({
        commands: found.map(({ level, title, message }) => ({ name: level, properties: { title }, data: message })),
        lines: [],
      });
      expect(found.map(({ message }) => message).join("")).not.toMatch(/[\r\n]/u);
    }),
    { numRuns: 50 },
  );
});
