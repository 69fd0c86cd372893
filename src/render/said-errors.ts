import type { ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { detailLines } from "./outcome-line.ts";
import { errorsOf } from "./report-errors.ts";

/** The errors that no outcome of the report has told already. */
export function unsaidErrors(report: Report): readonly ColdstoreError[] {
  const said = new Set(report.outcomes.flatMap(saidBy));
  return errorsOf(report).filter(({ message }) => !said.has(message));
}

/** The sentences that an outcome's line tells, also as an error would put them. */
function saidBy(outcome: Outcome): readonly string[] {
  const whole = errorSentence(outcome);
  return [...detailLines(outcome), ...(whole === undefined ? [] : [whole])];
}

/** What an error of its own says of an outcome: `SET in STORE: FILE: DETAIL`; undefined of one without a detail. */
export function errorSentence({ set, store, file, detail }: Outcome): string | undefined {
  const place = file === undefined ? `${set} in ${store}` : `${set} in ${store}: ${file}`;
  return detail === undefined ? undefined : `${place}: ${detail}`;
}
