import { paintWith } from "../model/paint.ts";
import type { Report } from "../model/report.ts";
import { visibleText } from "../model/visible-text.ts";
import { outcomeLines } from "./outcome-lines.ts";
import { errorsOf } from "./report-errors.ts";
import { firstLine, foundLines, outcomesAfterFirstLine } from "./report-lines.ts";
import { unsaidErrors } from "./said-errors.ts";

/**
 * What the command line prints of a run on standard output: whether it went well, what happened to what, what was found,
 * then warnings and errors, so that what needs doing is nearest to the prompt. Each line ends in a newline.
 */
export function renderText(report: Report, options: { readonly color: boolean }): string {
  const paint = paintWith(options.color);
  const lines = [
    firstLine(report, paint),
    ...outcomeLines(outcomesAfterFirstLine(report)),
    ...(report.details === undefined ? [] : foundLines(report.details)),
    ...report.warnings.map((warning) => `${paint.yellow("warning:")} ${visibleText(warning)}`),
    ...furtherErrors(report).map((message) => `${paint.red("error:")} ${visibleText(message)}`),
  ];
  return `${lines.join("\n")}\n`;
}

// A single error is the first line.
function furtherErrors(report: Report): readonly string[] {
  return errorsOf(report).length === 1 ? [] : unsaidErrors(report).map(({ message }) => message);
}
