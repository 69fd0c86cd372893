import { isInstalled } from "../support/installed.ts";
import { type GitHubProcess, startGitHub } from "../support/github-process.ts";
import { type Bench, quoted } from "./bench-candidates.ts";
import { type Comparison, medianSeconds, peakOf } from "./bench-page.ts";
import { type Measurement, measure } from "./measure.ts";

/** Bytes a second that the release's server takes at most: more than a runner has to GitHub. */
const rate = 200_000_000;
/** Megabytes that a run may take that compresses nothing. */
const memoryLimit = 160;
const token = "bench";

interface Subject {
  /** A repository with the tag v1.0.0. */
  readonly repository: string;
  /** What is uploaded beside its archive. */
  readonly file: string;
  readonly rounds: number;
}

/**
 * A large file into a release, beside curl, by a server in a process of its own that digests what it gets. Times are those of the
 * one request, as the server saw it; memory is that of the whole run, which reads the file twice before.
 */
export async function uploads(bench: Bench, subject: Subject): Promise<readonly Comparison[]> {
  if (!isInstalled("curl")) return [];
  const [ours, curls]: [Measurement[], Measurement[]] = [[], []];
  for (let round = 0; round < subject.rounds; round += 1) {
    await using github = await startGitHub({
      repository: "acme/app",
      folder: subject.repository,
      tokens: { [token]: { contents: "write" } },
      behaviour: { uploadRate: rate, keepLimit: 1 << 20 },
    });
    ours.push(await uploadOf(github, snapshotLine(bench, subject, github)));
    curls.push(await uploadOf(github, await curlLine(subject, github)));
  }
  const series = [
    { name: "coldstore snapshot --files=...", runs: ours },
    { name: "curl -T", runs: curls },
  ];
  const time = medianSeconds(series[0]) / medianSeconds(series[1]);
  return [
    {
      title: `A file of 1.9 GB into a release, at most ${rate / 1e6} MB a second`,
      series,
      goals: [
        { text: "time to that of curl", value: time, limit: 1.25 },
        { text: "memory in MB", value: peakOf(series[0]) / 1e6, limit: memoryLimit },
      ],
    },
  ];
}

/** Runs a line that uploads; its time is that of the longest request. */
async function uploadOf(github: GitHubProcess, line: string): Promise<Measurement> {
  const before = (await github.see()).requests.length;
  const measured = await measure(line);
  const { requests } = await github.see();
  const seconds = Math.max(...requests.slice(before).map(({ milliseconds }) => milliseconds)) / 1000;
  process.stderr.write(`  upload: ${seconds.toFixed(2)} s of ${measured.seconds.toFixed(2)} s\n`);
  return { ...measured, seconds };
}

function snapshotLine({ cli }: Bench, { repository, file }: Subject, { apiUrl }: GitHubProcess): string {
  const env = `env -u GITHUB_ACTIONS GITHUB_API_URL=${apiUrl} GITHUB_TOKEN=${token}`;
  const flags = `--project=acme/app --ref=v1.0.0 --files=${quoted(file)}`;
  return `${env} ${cli} snapshot ${quoted(repository)} release:v1.0.0 ${flags}`;
}

/** To the release that is there already. */
async function curlLine({ file }: Subject, { apiUrl }: GitHubProcess): Promise<string> {
  const headers = { authorization: `token ${token}` };
  const answer = await fetch(`${apiUrl}/repos/acme/app/releases/tags/v1.0.0`, { headers });
  const { upload_url: template } = (await answer.json()) as { readonly upload_url: string };
  const url = template.replace(/\{.*$/u, "?name=curl.bin");
  const given = [`authorization: token ${token}`, "content-type: application/octet-stream", "expect:"];
  return `curl -sSf -X POST ${given.map((header) => `-H ${quoted(header)}`).join(" ")} -T ${quoted(file)} ${quoted(url)}`;
}
