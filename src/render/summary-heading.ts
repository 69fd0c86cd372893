import type { ColdstoreError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import { failedText, isBare } from "./failed-headline.ts";
import { type Headline, headlineOf } from "./headline.ts";
import { codeBlock, prose } from "./markdown-text.ts";
import { markdownList } from "./markdown-table.ts";
import { errorsOf } from "./report-errors.ts";
import { unsaidErrors } from "./said-errors.ts";
import { workflowFix } from "./workflow-fix.ts";

const marks: Readonly<Record<Headline["word"], string>> = {
  ok: "✅",
  warning: "⚠️",
  partial: "⚠️",
  unproven: "⚠️",
  failed: "❌",
};

/** The first line: good or bad, and why. A single error's sentence stands below, where there is room for it. */
export function summaryHeading(report: Report): string {
  const { word, text } = headlineOf(report);
  const count = errorsOf(report).length;
  const failed = failedText(report);
  const said = count === 1 ? failed : count > 1 && isBare(failed, report) ? `${failed}: ${text}` : text;
  return `## ${marks[word]} ${prose(said, 300)}`;
}

/** What went wrong and what to do, with the lines of a workflow that would put it right. */
export function errorBlocks(report: Report): readonly string[] {
  const all = errorsOf(report);
  // What is wrong with sets has a table of its own.
  const told = report.outcomes.filter(({ set, file }) => (set ?? file) !== undefined);
  const errors =
    report.mode === "verify" || report.mode === "replicate" ? unsaidErrors({ ...report, outcomes: told }) : all;
  const fix = workflowFix(all);
  return [
    ...wordsOf(errors),
    ...(fix === undefined ? [] : [`In the workflow:\n\n${codeBlock("yaml", fix.split("\n"))}`]),
  ];
}

/** What a person should know although nothing went wrong. */
export function warningBlocks({ warnings }: Report): readonly string[] {
  if (warnings.length === 0) return [];
  return [`### Warnings\n\n${markdownList(warnings, (warning) => prose(warning))}`];
}

function wordsOf(errors: readonly ColdstoreError[]): readonly string[] {
  const [first, ...others] = errors;
  if (first === undefined) return [];
  if (others.length === 0) return [`**${prose(first.message)}**`];
  return [markdownList(errors, ({ message }) => prose(message))];
}
