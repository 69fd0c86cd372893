import type { Evidence, Outcome } from "../model/report.ts";

/** What a proof by digest rests on, if that is known: `md5 that the store reports`, or `5 files by md5 that the store reports, 1 read back`. */
export function evidenceText({ proof, evidence = [] }: Outcome): readonly [] | readonly [string] {
  const [only, second] = evidence;
  if (proof !== "digest" || only === undefined) return [];
  if (second === undefined) return [only.by === "read" ? "read back" : reported(only)];
  return [evidence.map(partly).join(", ")];
}

function partly(each: Evidence): string {
  return each.by === "read" ? `${each.files} read back` : `${each.files} by ${reported(each)}`;
}

function reported({ by }: Evidence): string {
  return `${by} that the store reports`;
}
