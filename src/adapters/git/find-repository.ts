import { readdir, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { bothDone } from "./both-done.ts";
import { hermeticEnvironment, userEnvironment } from "./git-environment.ts";
import { askGit, type GitCall, gitFailed, readGit } from "./run-git.ts";

/** Where a repository lies; all paths absolute. */
export interface FoundRepository {
  /** Of the work tree that was asked for: HEAD and the index are in it. */
  readonly gitDir: string;
  /** Shared by all work trees: objects, refs and configuration are in it. */
  readonly commonDir: string;
  readonly workTree?: string;
  readonly objectFormat: "sha1" | "sha256";
  readonly shallow: boolean;
  /** The folder that was asked for lies in the work tree, rather than in the gitdir. */
  readonly inside: boolean;
  /** Git itself wouldn't use it: it belongs to somebody else, so nothing that its configuration names may be run. */
  readonly foreign: boolean;
}

type Ask = Pick<GitCall, "args" | "signal" | "base">;

/** Finds the repository that a folder is in or is; rejects with `source` if there is none. */
export async function findRepository(source: string, signal: AbortSignal): Promise<FoundRepository> {
  const found = await lookForRepository(source, signal);
  if (found !== undefined) return found;
  const is = (await isEmpty(source)) ? "is an empty folder, and" : "is";
  throw new ColdstoreError(
    "source",
    `${source} ${is} in no git repository; check one out there first, or give the folder of a clone or a bare repository as the source`,
    { remedy: { checkout: {} } },
  );
}

async function isEmpty(source: string): Promise<boolean> {
  const names = await readdir(resolve(source)).catch(() => undefined);
  return names?.length === 0;
}

/** The same, but undefined when the folder is in no repository; one whose .git leads nowhere is an error all the same. */
export async function lookForRepository(source: string, signal: AbortSignal): Promise<FoundRepository | undefined> {
  const folder = resolve(source);
  await checkFolder(source, folder);
  const own: Ask = { args: ["-C", folder], signal, base: userEnvironment() };
  const first = await describe(own);
  if (first.code === 0) return locate(first.stdout.toString("utf8"), own, false);
  // Reading never runs anything that a repository's configuration names, so it may belong to anybody.
  const anybody: Ask = { args: ["-c", "safe.directory=*", "-C", folder], signal, base: hermeticEnvironment() };
  const second = await describe(anybody);
  if (second.code === 0) return locate(second.stdout.toString("utf8"), anybody, true);
  // Other sentences of git begin alike: "not a git repository: /where/a/.git/file/points".
  if (second.stderr.includes("not a git repository (or any")) return undefined;
  throw notUsable(source, second.stderr);
}

async function checkFolder(source: string, folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    throw new ColdstoreError("source", `the source ${source} can't be read: ${reasonOf(error)}`, { cause: error });
  });
  if (!found.isDirectory())
    throw new ColdstoreError("source", `the source ${source} is a file; give the folder of a repository`);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" ? "there is no such folder" : String(code ?? error);
}

function describe(ask: Ask): ReturnType<typeof askGit> {
  // The path comes last: it may hold newlines, the others don't.
  const questions = [
    "--is-bare-repository",
    "--is-inside-work-tree",
    "--show-object-format",
    "--is-shallow-repository",
  ];
  return askGit({ ...ask, args: [...ask.args, "rev-parse", ...questions, "--absolute-git-dir"] });
}

async function locate(answer: string, ask: Ask, foreign: boolean): Promise<FoundRepository> {
  const [bare, inside, format, shallow, ...path] = answer.replace(/\n$/, "").split("\n");
  const gitDir = path.join("\n");
  const [commonDir, workTree] = await bothDone(
    pathOf(["--path-format=absolute", "--git-common-dir"], ask),
    inside === "true" ? pathOf(["--show-toplevel"], ask) : Promise.resolve(undefined),
  );
  const besideGitDir = bare === "false" && basename(gitDir) === ".git" ? dirname(gitDir) : undefined;
  const root = workTree ?? besideGitDir;
  return {
    gitDir,
    commonDir,
    ...(root !== undefined && { workTree: root }),
    objectFormat: format === "sha256" ? "sha256" : "sha1",
    shallow: shallow === "true",
    inside: inside === "true",
    foreign,
  };
}

async function pathOf(question: readonly string[], ask: Ask): Promise<string> {
  const answer = await readGit({ ...ask, args: [...ask.args, "rev-parse", ...question] });
  return answer.replace(/\n$/, "");
}

function notUsable(source: string, stderr: string): ColdstoreError {
  const [, target] = /not a git repository: (.*)/.exec(stderr) ?? [];
  if (target === undefined) return gitFailed(["rev-parse"], stderr);
  const advice = "mend it (`git worktree repair`, `git submodule update --init`), or remove that .git file";
  return new ColdstoreError(
    "source",
    `the .git file of ${source} leads to ${target}, which is no repository; ${advice}`,
    {
      cause: stderr,
    },
  );
}
