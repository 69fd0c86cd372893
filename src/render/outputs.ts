import type { Outcome, OutcomeWord, Report } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import { condensedByFile } from "./condensed.ts";
import { cutMiddle } from "./markdown-text.ts";

/**
 * What a workflow gets of a run, by the names of the documented outputs: texts as they are, numbers in digits, everything
 * else as JSON. What the run hasn't got is left out; how it ended and what happened in each store is always there.
 * `stores` has one row for a file and its entries, and no list is more than a step's variable can hold; what was cut is said in
 * the last row. `reportPath`: of the report as JSON, if it was written.
 */
export function renderOutputs(report: Report, reportPath: string | undefined): Readonly<Record<string, string>> {
  const { status, outcomes, outputs } = report;
  const artifacts = outputs["artifacts"];
  const all = {
    ...outputs,
    ...(Array.isArray(artifacts) && { artifacts: within(artifacts, (rows) => rows) }),
    status,
    stores: within(condensedByFile(outcomes), worstFirst),
    report: reportPath,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, textOf(value)] as const])),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

// Linux starts no program with a variable of more than 128 KiB (MAX_ARG_STRLEN), and a step may put its own words around it.
const mostBytes = 100_000;
const mostOfDetail = 1000;

/** The rows if they fit, else as many of the ordered as do, the last of which says how many there were besides. */
function within<T>(rows: readonly T[], ordered: (rows: readonly T[]) => readonly T[]): readonly T[] {
  if (Buffer.byteLength(JSON.stringify(rows)) <= mostBytes) return rows;
  const short = ordered(rows).map(withShortDetail);
  // Room for the sentence.
  let room = mostBytes - 200;
  const end = short.findIndex((row) => (room -= Buffer.byteLength(JSON.stringify(row)) + 1) < 0);
  const kept = end === -1 ? short : short.slice(0, end);
  const last = kept.at(-1);
  const left = rows.length - kept.length;
  if (last === undefined || left === 0) return kept;
  const said = `and ${formatCount(left, "more row")}; the report has them all`;
  return [...kept.slice(0, -1), { ...last, detail: [detailOf(last), said].filter(Boolean).join("\n") }];
}

function withShortDetail<T>(row: T): T {
  const detail = detailOf(row);
  return detail === undefined ? row : { ...row, detail: cutMiddle(detail, mostOfDetail) };
}

function detailOf(row: unknown): string | undefined {
  const { detail } = (row ?? {}) as { readonly detail?: unknown };
  return typeof detail === "string" ? detail : undefined;
}

const badWords: readonly OutcomeWord[] = [
  "corrupt",
  "missing",
  "failed",
  "conflict",
  "immutable",
  "unknown",
  "unproven",
];

function worstFirst(outcomes: readonly Outcome[]): readonly Outcome[] {
  const rank = ({ outcome }: Outcome) => (badWords.includes(outcome) ? badWords.indexOf(outcome) : badWords.length);
  return outcomes.toSorted((a, b) => rank(a) - rank(b));
}
