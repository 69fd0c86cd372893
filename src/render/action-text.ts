import { inertLine } from "../model/inert-line.ts";
import { paintWith, type Paint } from "../model/paint.ts";
import type { Problem, Report } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import { beyondAnnotations } from "./annotations.ts";
import { outcomeLines } from "./outcome-lines.ts";
import { firstLine, foundLines, outcomesAfterFirstLine } from "./report-lines.ts";

const mostLines = 1000;

/**
 * What a workflow's log says of a run when it's over, in lines that its runner takes for nothing else: whether it went well,
 * what happened to what, and what was found. Errors and warnings only where there are too many for annotations, which tell them.
 */
export function renderActionText(report: Report, options: { readonly color: boolean }): readonly string[] {
  const paint = paintWith(options.color);
  return [
    firstLine(report, paint),
    ...cut(outcomeLines(outcomesAfterFirstLine(report), "the report")),
    ...(report.details === undefined ? [] : cut(foundLines(report.details))),
    ...cut(beyondAnnotations(report).map((problem) => problemLine(problem, paint))),
  ].map(inertLine);
}

function problemLine({ severity, message }: Problem, paint: Paint): string {
  return `${severity === "error" ? paint.red("error:") : paint.yellow("warning:")} ${message}`;
}

function cut(lines: readonly string[]): readonly string[] {
  const rest = lines.length - mostLines;
  if (rest <= 0) return lines;
  return [...lines.slice(0, mostLines), `and ${formatCount(rest, "more line")}; the report has them all`];
}
