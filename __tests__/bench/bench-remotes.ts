import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isInstalled } from "../support/installed.ts";
import { type RcloneServer, startRcloneServer } from "../support/rclone-servers.ts";
import { type Bench, quoted } from "./bench-candidates.ts";
import { type Comparison, medianSeconds, peakOf } from "./bench-page.ts";
import { type Candidate, measure, type Measurement, type Series, sideBySide } from "./measure.ts";

/** Megabytes that a run may take that compresses nothing: its own, and rclone's. */
const memoryLimit = 250;
const keys = 10_000;

interface Subject {
  /** What is stored, 1 GB or more; it lies alone in its folder. */
  readonly file: string;
  readonly rounds: number;
}

interface Round {
  readonly place: Place;
  readonly rounds: number;
}

interface Place {
  /** As in `A file of 1 GB onto …`. */
  readonly title: string;
  /** A folder of a remote. */
  readonly to: string;
  /** Text of the rclone.conf that has the remote. */
  readonly config: string;
}

/** Storing through rclone, beside plain rclone that compares digests afterwards. */
export async function remotes(bench: Bench, subject: Subject): Promise<readonly Comparison[]> {
  if (!isInstalled("rclone")) return [];
  const from = join(bench.work, "remote-from");
  await measure(
    `${bench.cli} archive ${quoted(dirname(subject.file))} ${quoted(from)} --format=tar --project=acme/app`,
  );
  await using s3 = await startRcloneServer("s3");
  const comparisons: Comparison[] = [];
  for (const place of [folderPlace(bench), s3Place(s3)]) {
    comparisons.push(await archives(bench, subject.file, { place, rounds: subject.rounds }));
    comparisons.push(await copies(bench, from, { place, rounds: subject.rounds }));
  }
  comparisons.push(await manyKeys(bench));
  rmSync(from, { recursive: true });
  return comparisons;
}

function folderPlace({ work }: Bench): Place {
  return {
    title: "a remote that is a folder",
    to: "far:cold",
    config: `[far]\ntype = alias\nremote = ${work}\n`,
  };
}

function s3Place({ config }: RcloneServer): Place {
  return { title: "S3, served by rclone", to: "far:bucket/cold", config };
}

/** A set that is there already: read once, and stored. */
async function copies(bench: Bench, from: string, { place, rounds }: Round): Promise<Comparison> {
  const to = farSide(bench, place);
  const set = quoted(join(from, "acme"));
  const series = await sideBySide(
    [
      to.candidate("coldstore replicate", `${bench.cli} replicate ${place.to} --from ${quoted(from)}`),
      to.candidate("rclone copy, rclone check", plainRclone(set, quoted(join(place.to, "acme")))),
    ],
    rounds,
  );
  return compared(`A set of 1.1 GB copied onto ${place.title}`, series);
}

/** An archive stored from where it was packed: the time is that of the store, as the report has it; memory is the whole run's. */
async function archives(bench: Bench, file: string, { place, rounds }: Round): Promise<Comparison> {
  const to = farSide(bench, place);
  const [packed, report] = [join(bench.work, "packed"), join(bench.work, "report.json")];
  mkdirSync(packed);
  await measure(`tar -cf ${quoted(join(packed, "large.tar"))} -C ${quoted(dirname(file))} .`);
  const flags = `--format=tar --project=acme/app --json >${quoted(report)}`;
  const archive = to.candidate("", `${bench.cli} archive ${quoted(dirname(file))} ${place.to} ${flags}`);
  const copy = to.candidate("", plainRclone(quoted(packed), place.to));
  const [ours, plain]: [Measurement[], Measurement[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    archive.prepare?.();
    const measured = await measure(archive.line);
    ours.push({ ...measured, seconds: storingSeconds(report) });
    copy.prepare?.();
    plain.push(await measure(copy.line));
    process.stderr.write(`  stored: ${ours.at(-1)?.seconds} s, rclone: ${plain.at(-1)?.seconds} s\n`);
  }
  rmSync(packed, { recursive: true });
  return compared(`An archive of 1.1 GB stored on ${place.title}`, [
    { name: "coldstore archive --format=tar, storing and proving", runs: ours },
    { name: "rclone copy, rclone check", runs: plain },
  ]);
}

function storingSeconds(report: string): number {
  const { outcomes } = JSON.parse(readFileSync(report, "utf8")) as { outcomes: readonly { seconds: number }[] };
  return outcomes[0]?.seconds ?? Number.NaN;
}

function plainRclone(from: string, to: string): string {
  return `rclone copy -q ${from} ${to} && rclone check -q --one-way ${from} ${to}`;
}

/** Commands that find the remote, each beginning with nothing there. */
function farSide({ work }: Bench, { to, config }: Place): { candidate(name: string, line: string): Candidate } {
  const file = join(work, "rclone.conf");
  writeFileSync(file, config);
  const env = { ...process.env, RCLONE_CONFIG: file };
  return {
    candidate: (name, line) => ({
      name,
      line: `unset GITHUB_ACTIONS; export RCLONE_CONFIG=${quoted(file)}; ${line}`,
      // By the server itself, which remembers what it has shown.
      prepare: () => void spawnSync("rclone", ["purge", to], { env, stdio: "ignore" }),
    }),
  };
}

function compared(title: string, series: readonly Series[]): Comparison {
  return {
    title,
    series,
    goals: [
      { text: "time to that of rclone", value: medianSeconds(series[0]) / medianSeconds(series[1]), limit: 1.25 },
      { text: "memory in MB", value: peakOf(series[0]) / 1e6, limit: memoryLimit },
    ],
  };
}

/** Records of a run come by the thousand: what is asked is the store's own speed with them. */
async function manyKeys({ work }: Bench): Promise<Comparison> {
  const folder = join(work, "keys");
  const prepare = (): void => rmSync(folder, { recursive: true, force: true });
  const script = join(import.meta.dirname, "put-keys.ts");
  const line = `${quoted(process.execPath)} ${quoted(script)} ${quoted(folder)} ${keys}`;
  const series = await sideBySide(
    [{ name: `a store's put of ${keys.toLocaleString("en-US")} objects, and settle`, line, prepare }],
    1,
  );
  prepare();
  return {
    title: "Small objects onto a remote that is a folder",
    series,
    goals: [{ text: "seconds", value: medianSeconds(series[0]), limit: 60 }],
  };
}
