import type { PastSet } from "../model/details.ts";

// What sets' names share out of a chart's width, in characters.
const room = 140;

/** What sets are called below the bars of a chart: their ids where all fit, else their days, else how long ago they are counted in sets. */
export function setLabels(past: readonly PastSet[]): readonly string[] {
  const back = past.map((_, i) => (i === past.length - 1 ? "now" : String(i - past.length + 1)));
  const days = past.map(({ made }) => made.slice(5, 10));
  const minutes = past.map(({ made }) => made.slice(11, 16));
  const candidates = [past.map(({ id }) => id), past.map(({ made }) => made.slice(0, 10)), days, minutes];
  return candidates.find((labels) => fits(labels)) ?? back;
}

function fits(labels: readonly string[]): boolean {
  const longest = labels.reduce((most, { length }) => Math.max(most, length), 0);
  return longest > 0 && (longest + 2) * labels.length <= room && new Set(labels).size === labels.length;
}
