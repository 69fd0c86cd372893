import type { Details } from "../model/details.ts";
import { paintWith, type Paint } from "../model/paint.ts";
import type { Outcome, Report } from "../model/report.ts";
import { visibleText } from "../model/visible-text.ts";
import { differenceLines } from "./difference-lines.ts";
import { headlineOf } from "./headline.ts";
import { errorsOf } from "./report-errors.ts";
import { detailLines } from "./outcome-line.ts";
import { outcomeLines } from "./outcome-lines.ts";
import { planLines } from "./plan-lines.ts";
import { setLines, setsTable } from "./set-lines.ts";

/**
 * What the command line prints of a run on standard output: whether it went well, what happened to what, what was found,
 * then warnings and errors, so that what needs doing is nearest to the prompt. Each line ends in a newline.
 */
export function renderText(report: Report, options: { readonly color: boolean }): string {
  const paint = paintWith(options.color);
  const [error, ...others] = errorsOf(report);
  const said = others.length === 0 ? error?.message : undefined;
  const lines = [
    firstLine(report, paint),
    ...outcomeLines(report.outcomes.map((outcome) => without(said, outcome))),
    ...(report.details === undefined ? [] : foundLines(report.details)),
    ...report.warnings.map((warning) => `${paint.yellow("warning:")} ${visibleText(warning)}`),
    ...furtherErrors(report).map((message) => `${paint.red("error:")} ${visibleText(message)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function firstLine(report: Report, paint: Paint): string {
  const { good, word, text } = headlineOf(report);
  const style = word === "ok" ? paint.green(`${word}:`) : good ? paint.yellow(`${word}:`) : paint.red(`${word}:`);
  return `${style} ${text}`;
}

/** What the first line says, an outcome has no need to say again. */
function without(said: string | undefined, { detail, ...outcome }: Outcome): Outcome {
  const left = detail === said ? [] : detailLines({ detail }).filter((line) => line !== said);
  return left.length === 0 ? outcome : { ...outcome, detail: left.join("\n") };
}

// A single error is the first line, and what an outcome has said needs no second telling.
function furtherErrors(report: Report): readonly string[] {
  const errors = errorsOf(report);
  if (errors.length === 1) return [];
  const said = new Set(report.outcomes.flatMap(saidBy));
  return errors.map(({ message }) => message).filter((message) => !said.has(message));
}

/** The sentences that an outcome's line tells, also as an error would put them, `SET in STORE: FILE: DETAIL`. */
function saidBy(outcome: Outcome): readonly string[] {
  const { set, store, file } = outcome;
  const place = file === undefined ? `${set} in ${store}` : `${set} in ${store}: ${file}`;
  return [...detailLines(outcome), ...(outcome.detail === undefined ? [] : [`${place}: ${outcome.detail}`])];
}

function foundLines(details: Details): readonly string[] {
  switch (details.kind) {
    case "plan":
      return planLines(details.plan);
    // The log has told of it while the run went on.
    case "selection":
      return [];
    case "sets":
      return setsTable(details);
    case "set":
      return setLines(details);
    case "difference":
      return differenceLines(details.changes);
  }
}
