import { appendFile, readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { visibleText } from "../../model/visible-text.ts";
import { isInContainer, whyNoLine } from "./artifact-line.ts";
import { declaredIn, readArtifactsList, type Declared } from "./artifacts-list.ts";

/** A finished file and its digest in lower-case hex. */
export interface DeclaredFile {
  readonly path: string;
  readonly sha256: string;
}

/** The files behind GITHUB_ARTIFACTS and GITHUB_ARTIFACTS_LIST; absent from runners that don't know them. */
export interface ArtifactsFiles {
  readonly artifacts: string | undefined;
  readonly list: string | undefined;
}

// CreateArtifactsFileCommand.cs of actions/runner fails a step that goes beyond them.
const mostArtifacts = 500;
const mostBytes = 1024 * 1024;

/**
 * Declares files as what the job has made, one `file://` line each in $GITHUB_ARTIFACTS, their paths as they are. Nothing is
 * written that the runner would fail the step for; resolves to a sentence that says what was left out and why, if anything was.
 * Never rejects. A second call in one step declares nothing twice.
 */
export async function declareArtifacts(
  files: readonly DeclaredFile[],
  { artifacts, list }: ArtifactsFiles,
): Promise<string | undefined> {
  if (!artifacts || files.length === 0) return undefined;
  try {
    const before = await readFile(artifacts, "utf8");
    const declared = new Map([...declaredIn(before), ...(await readArtifactsList(list || undefined))]);
    const { lines, refused } = await chooseLines(files, {
      declared,
      before,
      inContainer: isInContainer(artifacts),
    });
    const text = (before === "" || before.endsWith("\n") ? "" : "\n") + lines.map((line) => `${line}\n`).join("");
    const tooMuch = whyTooMuch(declared, lines, Buffer.byteLength(before) + Buffer.byteLength(text));
    if (tooMuch !== undefined) return `nothing was added to $GITHUB_ARTIFACTS: ${tooMuch}; ${instead}`;
    if (lines.length > 0) await appendFile(artifacts, text);
    return refusalSentence(refused);
  } catch (error) {
    return `nothing was added to $GITHUB_ARTIFACTS: ${visibleText(error instanceof Error ? error.message : String(error))}; ${instead}`;
  }
}

const instead = "to attest the set, give actions/attest the output checksums as subject-checksums";

interface Refused {
  readonly name: string;
  readonly why: string;
}

interface Surroundings {
  readonly declared: Declared;
  /** What the step has declared, as it stands in the file. */
  readonly before: string;
  readonly inContainer: boolean;
}

async function chooseLines(
  files: readonly DeclaredFile[],
  { declared, before, inContainer }: Surroundings,
): Promise<{ readonly lines: readonly string[]; readonly refused: readonly Refused[] }> {
  const known = new Map(declared);
  const standing = new Set(before.split("\n"));
  const lines: string[] = [];
  const refused: Refused[] = [];
  for (const { path, sha256 } of files) {
    const whole = resolve(path);
    const name = basename(whole);
    const line = `file://${whole}`;
    if (standing.has(line)) continue;
    const why = whyNoLine(whole, inContainer) ?? whyTaken(known, name, sha256) ?? (await whyNoFile(whole));
    if (why !== undefined) {
      refused.push({ name, why });
    } else if (known.get(name) === undefined) {
      known.set(name, `sha256:${sha256}`);
      lines.push(line);
    }
  }
  return { lines, refused };
}

function whyTaken(known: Declared, name: string, sha256: string): string | undefined {
  if (!known.has(name) || known.get(name) === `sha256:${sha256}`) return undefined;
  return "the job has declared another file of that name";
}

async function whyNoFile(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? undefined : "it is no file any more";
}

function whyTooMuch(declared: Declared, lines: readonly string[], bytes: number): string | undefined {
  const count = declared.size + lines.length;
  if (lines.length === 0) return undefined;
  if (count > mostArtifacts) return `a job can declare ${mostArtifacts} artifacts, and this would make ${count}`;
  if (bytes > mostBytes) return `a step can write 1 MiB there, and this would make ${bytes} bytes`;
  return undefined;
}

const namedAtMost = 10;

function refusalSentence(refused: readonly Refused[]): string | undefined {
  if (refused.length === 0) return undefined;
  const named = refused.slice(0, namedAtMost).map(({ name, why }) => `${visibleText(name)} (${why})`);
  const more = refused.length > namedAtMost ? `, and ${refused.length - namedAtMost} more` : "";
  return `not added to $GITHUB_ARTIFACTS: ${named.join(", ")}${more}; ${instead}`;
}
