// usage: node __tests__/bench/run-bench.ts [REPOSITORY] [--rounds 5] [--without-large] [--cache DIR] [--write FILE]
// Without a repository it makes one out of npm packages in the cache folder (a minute, 1.2 GB; the large file takes 8 GB more).
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, homedir, release, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatCount } from "../../src/model/units.ts";
import { benchPage, medianCpu, medianSeconds, peakOf, type Comparison } from "./bench-page.ts";
import { type Bench, coldstoreInto, intoFile, quoted } from "./bench-candidates.ts";
import { folders, formatComparisons, manyFiles, memoryLimit, memoryOf } from "./bench-formats.ts";
import { remotes } from "./bench-remotes.ts";
import { restores } from "./bench-restores.ts";
import {
  looseFile,
  manyTinyFiles,
  oneLargeFile,
  packageTree,
  processorName,
  sizeOf,
  tagged,
  tenFiles,
} from "./bench-repositories.ts";
import { uploads } from "./bench-uploads.ts";
import { sideBySide } from "./measure.ts";
import { isInstalled } from "../support/installed.ts";

const largeMebibytes = 8 * 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    cache: { type: "string", default: join(homedir(), ".cache", "coldstore-bench") },
    write: { type: "string", default: "docs/benchmarks.md" },
    "without-large": { type: "boolean", default: false },
  },
});
const root = join(import.meta.dirname, "..", "..");
const cli = `${quoted(process.execPath)} ${quoted(join(root, "dist", "cli", "index.js"))}`;
const cores = cpus().length;
const work = mkdtempSync(join(tmpdir(), "coldstore-bench-"));
const bench: Bench = { work, cli };
try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function main(): Promise<void> {
  if (!existsSync(join(root, "dist", "cli", "index.js"))) throw new Error("there is no dist/; run npm run build first");
  const tree = positionals[0] === undefined ? packageTree(values.cache) : resolve(positionals[0]);
  const rounds = Number(values.rounds);
  const archives = await archivesOf(tree, rounds);
  const comparisons = [
    archives,
    ...(await formatComparisons(bench, { tree, rounds })),
    await folders(bench, { tree, rounds }),
    ...(await restores(bench, { tree, rounds })),
    await dryRuns(tree, rounds),
    await unchangedRuns(tree, rounds),
    await smallRuns(tenFiles(values.cache), rounds),
    ...(await manyFiles(bench, manyTinyFiles(values.cache, 200_000))),
    ...(values["without-large"] ? [] : await uploadRuns(rounds)),
    ...(values["without-large"] ? [] : await remoteRuns(rounds)),
    ...(values["without-large"] ? [] : await largeRuns(oneLargeFile(values.cache, largeMebibytes))),
  ];
  const page = benchPage(
    { day: new Date().toISOString().slice(0, 10), cores, machine: machineFacts(tree), bounds: boundsOf(comparisons) },
    comparisons,
  );
  process.stdout.write(page);
  writeFileSync(join(root, values.write), page);
}

async function archivesOf(tree: string, rounds: number): Promise<Comparison> {
  const git = `git -C ${quoted(tree)} archive`;
  const pigz = isInstalled("pigz");
  const series = await sideBySide(
    [
      coldstoreInto(bench, { store: "store", mode: "snapshot", source: tree }),
      intoFile(bench, "git archive --format=tar.gz", `${git} --format=tar.gz HEAD`),
      ...(pigz ? [intoFile(bench, "git archive | pigz", `${git} --format=tar HEAD | pigz`)] : []),
      intoFile(bench, "git archive | gzip -6", `${git} --format=tar HEAD | gzip -6`),
    ],
    rounds,
  );
  const byName = (name: string) => series.find((one) => one.name === name);
  const ours = medianSeconds(series[0]);
  const size = (series[0]?.bytes ?? Number.NaN) / (byName("git archive | gzip -6")?.bytes ?? Number.NaN);
  return {
    title: "A commit as tar.gz",
    series,
    goals: [
      { text: "time to that of git's tar.gz", value: ours / medianSeconds(series[1]), limit: 0.6 },
      ...(pigz ? [{ text: "time to that of pigz", value: ours / medianSeconds(series[2]), limit: 0.95 }] : []),
      { text: "size to that of gzip -6", value: size, limit: 1.02 },
      { text: "memory in MB", value: peakOf(series[0]) / 1e6, limit: memoryLimit },
    ],
  };
}

async function dryRuns(tree: string, rounds: number): Promise<Comparison> {
  const series = await sideBySide(
    [
      { name: "coldstore snapshot --dry-run", line: `${cli} snapshot ${quoted(tree)} --dry-run` },
      {
        name: "git archive --format=tar >/dev/null",
        line: `git -C ${quoted(tree)} archive --format=tar HEAD >/dev/null`,
      },
    ],
    rounds,
  );
  const ratio = medianSeconds(series[0]) / medianSeconds(series[1]);
  return { title: "A dry run", series, goals: [{ text: "time to that of git's tar", value: ratio, limit: 1.2 }] };
}

async function unchangedRuns(tree: string, rounds: number): Promise<Comparison> {
  const store = join(work, "unchanged");
  // The warm-up makes the set; the measured rounds find it.
  const line = `${cli} snapshot ${quoted(tree)} ${quoted(store)}`;
  const series = await sideBySide([{ name: "coldstore snapshot, nothing new", line }], rounds);
  return {
    title: "Unchanged",
    series,
    goals: [{ text: "seconds", value: medianSeconds(series[0]), limit: 1 }],
  };
}

async function smallRuns(repository: string, rounds: number): Promise<Comparison> {
  const git = `git -C ${quoted(repository)} archive --format=tar.gz HEAD`;
  const series = await sideBySide(
    [
      coldstoreInto(bench, { store: "small", mode: "snapshot", source: repository }),
      intoFile(bench, "git archive --format=tar.gz", git),
    ],
    rounds,
  );
  return {
    title: "A repository of ten files",
    series,
    goals: [{ text: "seconds", value: medianSeconds(series[0]), limit: 0.6 }],
  };
}

async function largeRuns(repository: string): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const format of ["tar.gz", "tar.zst", "zip"]) {
    const flags = ["--dirty=ignore", `--format=${format}`];
    const run = { store: "large", mode: "snapshot", source: repository, flags, format } as const;
    comparisons.push(await memoryOf(`One file of 8 GiB as ${format}`, coldstoreInto(bench, run)));
  }
  return comparisons;
}

async function uploadRuns(rounds: number): Promise<readonly Comparison[]> {
  const file = looseFile(values.cache, 1812);
  return uploads(bench, { repository: tagged(values.cache), file, rounds: Math.min(rounds, 3) });
}

async function remoteRuns(rounds: number): Promise<readonly Comparison[]> {
  return remotes(bench, { file: looseFile(values.cache, 1049), rounds: Math.min(rounds, 3) });
}

function machineFacts(tree: string): readonly string[] {
  const { files, tarBytes } = sizeOf(tree);
  const version = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { encoding: "utf8" }).split("\n")[0] ?? "";
  return [
    `${cores} cores of ${processorName()}, ${formatBytes(totalmem())} of memory, ${process.platform} ${release()}`,
    `Node ${process.versions.node}, zlib ${process.versions.zlib}, ${version("git", "--version")}`,
    `The tree: ${formatCount(files, "file")}, a tar of ${formatBytes(tarBytes)}, in one commit, packed, the cache warm`,
    `Coldstore at commit ${execFileSync("git", ["-C", root, "rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()}`,
  ];
}

function boundsOf([archives]: readonly Comparison[]): readonly string[] {
  const ours = archives?.series[0];
  const [seconds, cpu] = [medianSeconds(ours), medianCpu(ours)];
  return [
    `A tar.gz is bound by deflate: its ${cpu.toFixed(1)} s of CPU on ${cores} cores are at least ${(cpu / cores).toFixed(1)} s; it took ${seconds.toFixed(1)} s.`,
    "A dry run of a large tree is bound by git, which lists it and unpacks the files that samples are taken from, and by compressing those.",
    "A small repository is bound by starting processes: Node's own start, and git's for each question that is asked of it.",
    "Memory is bound by the blocks in flight, not by the size of a file or the number of entries.",
  ];
}
