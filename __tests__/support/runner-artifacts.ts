import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";

export interface RunnerJob {
  /** Names and digests that the job's steps have declared; goes on growing. */
  readonly subjects: Map<string, string>;
  readonly workspace: string;
  /** Of a job in a container: its folders, and where they are on the host. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/**
 * Does after a step what actions/runner does with its $GITHUB_ARTIFACTS (CreateArtifactsFileCommand.cs); throws what would fail
 * the step. Gives back how many artifacts it has taken.
 */
export function takeArtifacts(file: string, job: RunnerJob): number {
  const bytes = readFileSync(file);
  if (bytes.length > 1024 * 1024) throw new Error(`${bytes.length} bytes are too many`);
  const lines = bytes
    .toString("utf8")
    .split(/\r\n|\r|\n/u)
    .map(trim);
  const parsed = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => subjectOf(line, job));
  let added = 0;
  for (const { name, digest } of parsed) {
    const existing = job.subjects.get(name);
    if (existing === digest) continue;
    if (existing !== undefined) throw new Error(`${name} is declared with ${existing} and ${digest}`);
    if (job.subjects.size >= 500) throw new Error("more than 500 artifacts");
    job.subjects.set(name, digest);
    added += 1;
  }
  return added;
}

/** What the next step finds in $GITHUB_ARTIFACTS_LIST (ArtifactsListFileCommand.cs). */
export function artifactsList({ subjects }: Pick<RunnerJob, "subjects">): string {
  const rows = [...subjects].map(([name, digest]) => ({ name, digest, kind: "file" }));
  return JSON.stringify({ version: 1, subjects: rows });
}

interface Subject {
  readonly name: string;
  readonly digest: string;
}

const hexLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

function subjectOf(line: string, job: RunnerJob): Subject {
  if (line.includes("=")) throw new Error("entries containing '=' are reserved");
  if (/^file:\/\//iu.test(line)) return fileSubject(line.slice(7), job);
  const image = imageSubject(line.replace(/^oci:\/\//iu, ""));
  if (/^oci:\/\//iu.test(line)) {
    if (image === undefined) throw new Error("oci:// entries must include a digest");
    return image;
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//u.test(line)) throw new Error("unsupported URI scheme");
  return image ?? fileSubject(line, job);
}

function imageSubject(text: string): Subject | undefined {
  const [, name, algorithm, hex] = /^(.+)@(sha(?:256|384|512)):([0-9a-fA-F]+)$/u.exec(text) ?? [];
  if (name === undefined || algorithm === undefined || hex === undefined || hex.length !== hexLengths[algorithm])
    return undefined;
  return { name, digest: `${algorithm}:${hex.toLowerCase()}` };
}

function fileSubject(path: string, job: RunnerJob): Subject {
  if (trim(path) === "") throw new Error("file:// entries must include a path");
  const host = hostPath(path, job);
  if (!existsSync(host)) throw new Error(`file '${path}' does not exist`);
  if (statSync(host).isDirectory()) throw new Error(`'${path}' is a directory`);
  return { name: basename(host), digest: `sha256:${createHash("sha256").update(readFileSync(host)).digest("hex")}` };
}

function hostPath(path: string, { workspace, mounts }: RunnerJob): string {
  if (!isAbsolute(path)) return resolve(workspace, path);
  if (mounts === undefined) return path;
  const inside = Object.keys(mounts).find((folder) => path === folder || path.startsWith(`${folder}/`));
  if (inside === undefined) throw new Error(`absolute path '${path}' is not inside a volume`);
  return `${mounts[inside]}${path.slice(inside.length)}`;
}

function trim(text: string): string {
  const white = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";
  return text.replace(new RegExp(`^${white}|${white}$`, "gu"), "");
}
