import type { Details } from "../model/details.ts";
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
    ...(report.details === undefined ? [] : found(report.details)),
    ...cut(beyondAnnotations(report).map((problem) => problemLine(problem, paint))),
  ].map(inertLine);
}

// The summary folds them, the log can't.
const mostEntries = 50;

/** What was found; of a set's entries, which come last, only the first. */
function found(details: Details): readonly string[] {
  const lines = foundLines(details);
  const rest = details.kind === "set" ? details.entries.length - mostEntries : 0;
  if (rest <= 0) return cut(lines);
  const more = formatCount(rest, "more entry", "more entries");
  return [...cut(lines.slice(0, -rest)), `and ${more}; the summary has more of them, and the report all`];
}

function problemLine({ severity, message }: Problem, paint: Paint): string {
  return `${severity === "error" ? paint.red("error:") : paint.yellow("warning:")} ${message}`;
}

function cut(lines: readonly string[]): readonly string[] {
  const rest = lines.length - mostLines;
  if (rest <= 0) return lines;
  return [...lines.slice(0, mostLines), `and ${formatCount(rest, "more line")}; the report has them all`];
}
