import type { Details } from "../model/details.ts";
import type { Paint } from "../model/paint.ts";
import type { Outcome, Report } from "../model/report.ts";
import { differenceLines } from "./difference-lines.ts";
import { headlineOf } from "./headline.ts";
import { detailLines } from "./outcome-line.ts";
import { planLines } from "./plan-lines.ts";
import { errorsOf } from "./report-errors.ts";
import { restoredLines } from "./restored-lines.ts";
import { setLines, setsTable } from "./set-lines.ts";

/** Whether the run went well, in the colour of the answer. */
export function firstLine(report: Report, paint: Paint): string {
  const { good, word, text } = headlineOf(report);
  const style = word === "ok" ? paint.green(`${word}:`) : good ? paint.yellow(`${word}:`) : paint.red(`${word}:`);
  return `${style} ${text}`;
}

/** The outcomes, without what the first line says of them already. */
export function outcomesAfterFirstLine(report: Report): readonly Outcome[] {
  const [error, ...others] = errorsOf(report);
  const said = others.length === 0 ? error?.message : undefined;
  return report.outcomes.map((outcome) => without(said, outcome));
}

function without(said: string | undefined, { detail, ...outcome }: Outcome): Outcome {
  const left = detail === said ? [] : detailLines({ detail }).filter((line) => line !== said);
  return left.length === 0 ? outcome : { ...outcome, detail: left.join("\n") };
}

/** What the mode found. */
export function foundLines(details: Details): readonly string[] {
  switch (details.kind) {
    case "plan":
      return planLines(details.plan);
    // The log has told of it while the run went on.
    case "selection":
      return [];
    case "restored":
      return restoredLines(details.restored);
    case "sets":
      return setsTable(details);
    case "set":
      return setLines(details);
    case "difference":
      return differenceLines(details.changes);
  }
}
