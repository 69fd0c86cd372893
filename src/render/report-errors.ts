import { exitCodeOf, SeveralErrors, type ColdstoreError } from "../model/errors.ts";
import { type Report, wordFor } from "../model/report.ts";

/** The errors of a report one by one, also those that came as several in one. */
export function errorsOf({ errors }: Report): readonly ColdstoreError[] {
  return errors.flatMap((error) => (error instanceof SeveralErrors ? error.errors : [error]));
}

/** The exit code that the report amounts to. */
export function exitOf(report: Report): number {
  return exitCodeOf(errorsOf(report).map(({ failure }) => failure));
}

/** The report of a run that ended by an error before it had one. */
export function failedReport(mode: string, error: ColdstoreError): Report {
  const report: Report = { mode, status: "failed", outcomes: [], warnings: [], errors: [error], outputs: {} };
  const [status = "failed", ...others] = new Set(errorsOf(report).map(wordFor));
  return others.length === 0 ? { ...report, status } : report;
}
