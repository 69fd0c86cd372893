import type { ColdstoreError, Failure } from "../model/errors.ts";
import type { Problem, Report } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";
import { condensed } from "./condensed.ts";
import { errorsOf } from "./report-errors.ts";
import { errorSentence, unsaidErrors } from "./said-errors.ts";
import { workflowFix } from "./workflow-fix.ts";

/** What a workflow's run shows above its log, on a page of its own; the message may have several lines. */
export interface Annotation {
  readonly level: Problem["severity"];
  readonly title: string;
  readonly message: string;
}

// GitHub shows ten of each level a step, and drops the others without a word; the runner cuts a message after 4,096
// characters (ExecutionContext.cs of actions/runner).
const mostALevel = 10;
const longestSentence = 2000;
const longestMessage = 4096;

/**
 * A report's errors, then its warnings, one sentence each, below it the steps of a workflow that would mend it. What is wrong
 * with one file and its entries is one, or with one set, if the files are many. Where there are more than GitHub shows, the
 * last one counts the others.
 */
export function annotationsOf(report: Report): readonly Annotation[] {
  return [...shownOf(errorAnnotations(report), "error"), ...shownOf(warningAnnotations(report), "warning")];
}

/** Errors and warnings that no annotation tells, nor an outcome, in the same order. */
export function beyondAnnotations(report: Report): readonly Problem[] {
  const unsaid = new Set(unsaidErrors(report).map(({ message }) => message));
  const errors = troublesOf(report).map(({ error }) => error.message);
  return [
    ...beyond(errors).flatMap((message) => (unsaid.has(message) ? problemOf("error", message) : [])),
    ...beyond(distinct(report.warnings)).map((message) => problemOf("warning", message)),
  ];
}

function beyond(messages: readonly string[]): readonly string[] {
  return messages.length > mostALevel ? messages.slice(mostALevel - 1) : [];
}

function problemOf(severity: Problem["severity"], message: string): Problem {
  return { severity, message: sentenceOf(message) };
}

function shownOf(all: readonly Annotation[], level: Annotation["level"]): readonly Annotation[] {
  if (all.length <= mostALevel) return all;
  const rest = all.length - mostALevel + 1;
  const message = `and ${formatCount(rest, `more ${level}`)}; the report has them all`;
  return [...all.slice(0, mostALevel - 1), { level, title: "coldstore", message }];
}

function errorAnnotations(report: Report): readonly Annotation[] {
  return troublesOf(report).map(({ error, others }) => ({
    level: "error",
    title: `coldstore: ${titles[error.failure]}`,
    message: withFix(sentenceOf(error.message) + (others === undefined ? "" : `, ${others}`), workflowFix([error])),
  }));
}

/** An error, and in words those of the same file or set that go without saying. */
interface Trouble {
  readonly error: ColdstoreError;
  readonly others: string | undefined;
}

function troublesOf(report: Report): readonly Trouble[] {
  const errors = new Map(errorsOf(report).map((error) => [error.message, error]));
  const untold = new Set<string>();
  const others = new Map<string, string>();
  const wrong = report.outcomes.filter((outcome) => errors.has(errorSentence(outcome) ?? ""));
  for (const group of condensed(wrong, mostALevel)) {
    const [first = "", ...rest] = group.all.map((outcome) => errorSentence(outcome) ?? "");
    for (const sentence of rest) if (sentence !== first) untold.add(sentence);
    if (group.others !== undefined) others.set(first, group.others);
  }
  return [...errors.values()].flatMap((error) =>
    untold.has(error.message) ? [] : [{ error, others: others.get(error.message) }],
  );
}

function warningAnnotations({ warnings }: Report): readonly Annotation[] {
  return distinct(warnings).map((warning) => ({ level: "warning", title: "coldstore", message: sentenceOf(warning) }));
}

function distinct(messages: readonly string[]): readonly string[] {
  return [...new Set(messages)];
}

const titles: Readonly<Record<Failure, string>> = {
  bug: "unexpected, please report it",
  settings: "settings",
  source: "source",
  partial: "something is missing",
  store: "store",
  integrity: "not intact",
  "not-found": "not found",
  stale: "too old",
  unsafe: "unsafe archive",
  conflict: "conflict",
  immutable: "immutable release",
  interrupted: "interrupted",
};

function sentenceOf(message: string): string {
  const text = visibleText(message);
  if (text.length <= longestSentence) return text;
  return `${text
    .slice(0, longestSentence - 3)
    .toWellFormed()
    .replace(/\ufffd$/u, "")}...`;
}

/** Half a fix would be pasted as a whole one, so one that is too long is left out. */
function withFix(sentence: string, fix: string | undefined): string {
  const message = fix === undefined ? sentence : `${sentence}\n\n${fix}`;
  return message.length <= longestMessage ? message : sentence;
}
