import { rmSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../support/installed.ts";
import { type Bench, coldstoreInto, intoFile, quoted } from "./bench-candidates.ts";
import { type Comparison, medianSeconds, peakOf } from "./bench-page.ts";
import { type Candidate, measure, type Series, sideBySide } from "./measure.ts";

/** Megabytes that a run may take, whatever it packs. */
export const memoryLimit = 250;

interface Subject {
  /** A repository with its work tree. */
  readonly tree: string;
  readonly rounds: number;
}

/** A commit in formats other than tar.gz, each against what a user would pick instead, and two formats in one run. */
export async function formatComparisons(bench: Bench, subject: Subject): Promise<readonly Comparison[]> {
  if (!isInstalled("zstd") || !isInstalled("pigz")) return [];
  return [await zstdRuns(bench, subject), await zipRuns(bench, subject), await twoFormats(bench, subject)];
}

async function zstdRuns(bench: Bench, { tree, rounds }: Subject): Promise<Comparison> {
  const git = `git -C ${quoted(tree)} archive --format=tar HEAD`;
  const flags = ["--format=tar.zst"];
  const run = { store: "zst", mode: "snapshot", source: tree, flags, format: "tar.zst" } as const;
  const other = intoFile(bench, "git archive | zstd -3 -T0", `${git} | zstd -q -3 -T0`);
  const series = await sideBySide([coldstoreInto(bench, run), other], rounds);
  return comparison("A commit as tar.zst", series, { text: "time to that of zstd -3 -T0", limit: 1.6 });
}

async function zipRuns(bench: Bench, { tree, rounds }: Subject): Promise<Comparison> {
  const git = `git -C ${quoted(tree)} archive --format=zip HEAD`;
  const run = { store: "zip", mode: "snapshot", source: tree, flags: ["--format=zip"], format: "zip" } as const;
  const series = await sideBySide(
    [coldstoreInto(bench, run), intoFile(bench, "git archive --format=zip", git)],
    rounds,
  );
  return comparison("A commit as zip", series, { text: "time to that of git's zip", limit: 2 });
}

/** Compressing a ready tar, by one program after the other, has no source to read. */
async function twoFormats(bench: Bench, { tree, rounds }: Subject): Promise<Comparison> {
  const tar = join(bench.work, "ready.tar");
  await measure(`git -C ${quoted(tree)} archive --format=tar HEAD >${quoted(tar)}`);
  const flags = ["--format=tar.gz", "--format=tar.zst"];
  const compress = (program: string) => intoFile(bench, `${program} of a ready tar`, `${program} <${quoted(tar)}`);
  const candidates = [
    coldstoreInto(bench, { store: "two", mode: "snapshot", source: tree, flags }),
    compress("pigz"),
    compress("zstd -q -3 -T0"),
  ];
  const series = await sideBySide(candidates, rounds);
  rmSync(tar);
  const alone = medianSeconds(series[1]) + medianSeconds(series[2]);
  return {
    title: "A commit as tar.gz and tar.zst at once",
    series,
    goals: [
      { text: "time to the sum of both compressors", value: medianSeconds(series[0]) / alone, limit: 1.25 },
      memoryGoal(series[0]),
    ],
  };
}

/** A work tree against tar, which reads the same files. */
export async function folders(bench: Bench, { tree, rounds }: Subject): Promise<Comparison> {
  const tar = `tar --exclude=./.git -czf - -C ${quoted(tree)} .`;
  const run = { store: "folder", mode: "archive", source: tree } as const;
  const series = await sideBySide([coldstoreInto(bench, run), intoFile(bench, "tar czf", tar)], rounds);
  return comparison("A folder as tar.gz", series, { text: "time to that of tar czf", limit: 0.6 });
}

/** Memory and time of a folder of very many files. */
export async function manyFiles(bench: Bench, folder: string): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const format of ["tar.gz", "zip"]) {
    const run = { store: "many", mode: "archive", source: folder, flags: [`--format=${format}`], format } as const;
    comparisons.push(await memoryOf(`A folder of 200,000 tiny files as ${format}`, coldstoreInto(bench, run)));
  }
  return comparisons;
}

/** One run: memory is the same each time, and a warm-up of a large one would take minutes for nothing. */
export async function memoryOf(title: string, candidate: Candidate): Promise<Comparison> {
  candidate.prepare?.();
  const run = await measure(candidate.line);
  const bytes = candidate.produced?.();
  const series = { name: candidate.name, runs: [run], ...(bytes !== undefined && { bytes }) };
  return { title, series: [series], goals: [memoryGoal(series)] };
}

/** The first of two against the second. */
function comparison(title: string, series: readonly Series[], goal: { text: string; limit: number }): Comparison {
  const value = medianSeconds(series[0]) / medianSeconds(series[1]);
  return { title, series, goals: [{ ...goal, value }, memoryGoal(series[0])] };
}

function memoryGoal(series: Series | undefined): Comparison["goals"][number] {
  return { text: "memory in MB", value: peakOf(series) / 1e6, limit: memoryLimit };
}
