import type { Report } from "../model/report.ts";

/**
 * What a workflow gets of a run, by the names of the documented outputs: texts as they are, numbers in digits, everything
 * else as JSON. What the run hasn't got is left out; how it ended and what happened in each store is always there.
 * `reportPath`: of the report as JSON, if it was written.
 */
export function renderOutputs(report: Report, reportPath: string | undefined): Readonly<Record<string, string>> {
  const { status, outcomes, outputs } = report;
  const all = { ...outputs, status, stores: outcomes, report: reportPath };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, textOf(value)] as const])),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
