import { formatBytes, formatCount } from "../../src/model/units.ts";
import { median, type Series } from "./measure.ts";

/** One comparison: what was run side by side, and what Coldstore (its first series) is held to. */
export interface Comparison {
  readonly title: string;
  readonly series: readonly Series[];
  readonly goals: readonly Goal[];
}

/** Something to be reached: `value` at most `limit`. */
export interface Goal {
  readonly text: string;
  readonly value: number;
  readonly limit: number;
}

/** What the page says beside the tables: lines about the machine and the input, and the page's name for the day. */
export interface BenchFacts {
  readonly day: string;
  readonly cores: number;
  readonly machine: readonly string[];
  readonly bounds: readonly string[];
}

/** The page docs/benchmarks.md. */
export function benchPage(facts: BenchFacts, comparisons: readonly Comparison[]): string {
  return `${[
    "# Benchmarks",
    "",
    `Measured on ${facts.day} by \`npm run bench\`, which wrote this page. Times are medians of the rounds after one warm-up;`,
    "the commands of a table were run in turn, and everything that Coldstore does is in its time: reading, compressing,",
    "digests, the file list, storing, fsync, proof. Memory is that of the largest process.",
    "",
    ...facts.machine.map((line) => `- ${line}`),
    "",
    ...comparisons.flatMap(comparisonLines),
    "## What bounds it",
    "",
    ...facts.bounds.flatMap((line) => [`- ${line}`]),
  ].join("\n")}\n`;
}

/** How long the command took in the middle. */
export function medianSeconds(series: Series | undefined): number {
  return median((series?.runs ?? []).map(({ seconds }) => seconds));
}

/** The most memory that any of its runs took, in bytes. */
export function peakOf(series: Series | undefined): number {
  return Math.max(...(series?.runs ?? []).map(({ peakBytes }) => peakBytes ?? Number.NaN));
}

/** The CPU time of the middle run, in seconds. */
export function medianCpu(series: Series | undefined): number {
  return median((series?.runs ?? []).map(({ cpuSeconds }) => cpuSeconds ?? Number.NaN));
}

function comparisonLines({ title, series, goals }: Comparison): readonly string[] {
  const first = medianSeconds(series[0]);
  return [
    `## ${title}`,
    "",
    "| command | median | from, to | CPU | memory | made | Coldstore's time to its |",
    "|---|---|---|---|---|---|---|",
    ...series.map((one, index) => `| ${cells(one, index === 0 ? undefined : first).join(" | ")} |`),
    "",
    ...goals.map(goalLine),
    ...(goals.length > 0 ? [""] : []),
  ];
}

function cells(series: Series, first: number | undefined): readonly string[] {
  const seconds = series.runs.map((run) => run.seconds);
  return [
    series.name.replaceAll("|", "\\|"),
    `${medianSeconds(series).toFixed(2)} s`,
    `${Math.min(...seconds).toFixed(2)}, ${Math.max(...seconds).toFixed(2)}`,
    known(medianCpu(series), (cpu) => `${cpu.toFixed(2)} s`),
    known(peakOf(series), formatBytes),
    series.bytes === undefined ? "" : `${formatCount(series.bytes)} B`,
    first === undefined ? "" : (first / medianSeconds(series)).toFixed(2),
  ];
}

function known(value: number, text: (value: number) => string): string {
  return Number.isFinite(value) ? text(value) : "";
}

function goalLine({ text, value, limit }: Goal): string {
  return `- ${value <= limit ? "reached" : "**missed**"}: ${text} (${value.toFixed(2)}, at most ${limit})`;
}
