import type { ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { detailLines } from "./outcome-line.ts";
import { errorsOf } from "./report-errors.ts";

/** The errors that no outcome of the report has told already. */
export function unsaidErrors(report: Report): readonly ColdstoreError[] {
  const said = new Set(report.outcomes.flatMap(saidBy));
  return errorsOf(report).filter(({ message }) => !said.has(message));
}

/** The sentences that an outcome's line tells, also as an error would put them, `SET in STORE: FILE: DETAIL`. */
function saidBy(outcome: Outcome): readonly string[] {
  const { set, store, file } = outcome;
  const place = file === undefined ? `${set} in ${store}` : `${set} in ${store}: ${file}`;
  return [...detailLines(outcome), ...(outcome.detail === undefined ? [] : [`${place}: ${outcome.detail}`])];
}
