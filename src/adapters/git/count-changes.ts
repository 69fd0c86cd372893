import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import type { WorkTreeChanges } from "../../ports/repository.ts";
import { bothDone } from "./both-done.ts";
import type { FoundRepository } from "./find-repository.ts";
import { userEnvironment } from "./git-environment.ts";
import { copyIndex } from "./git-listing.ts";
import { makeGitDir } from "./hermetic-gitdir.ts";
import { readConfig } from "./read-facts.ts";
import { type GitCall, outputOf, startGit } from "./run-git.ts";

const namedAtMost = 20;

export interface ChangesQuestion {
  /** A path for a throw-away gitdir, needed for a repository of somebody else. */
  readonly gitDir: string;
  /** Absolute paths of folders in which nothing counts. */
  readonly without: readonly string[];
  /** Absolute paths of files that don't count as untracked. */
  readonly joining: readonly string[];
}

/** Uncommitted changes of a work tree, each file counted, also every one in an untracked folder. */
export async function countChanges(
  found: FoundRepository,
  { gitDir, without, joining }: ChangesQuestion,
  signal: AbortSignal,
): Promise<WorkTreeChanges> {
  if (found.workTree === undefined) return { modified: 0, deleted: 0, untracked: 0, paths: [] };
  const where = found.foreign
    ? await foreignStatus(found, found.workTree, gitDir, signal)
    : ownStatus(found, found.workTree, signal);
  const real = await Promise.all(without.map(realFolder));
  const workTree = await realFolder(found.workTree);
  const call = { ...where, args: [...where.args, ...pathspecs(workTree, real)] };
  const joined = await pathsInside(workTree, joining);
  // Nothing may come between: what git has said and nobody reads yet is thrown away by Node when git ends.
  const git = startGit(call);
  git.stdin.end();
  return tally(outputOf(git, call.args), joined);
}

/** Paths of files as git-status tells them; a link stays the link that it is. */
async function pathsInside(workTree: string, files: readonly string[]): Promise<ReadonlySet<string>> {
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const real = new Map(await Promise.all(folders.map(async (folder) => [folder, await realFolder(folder)] as const)));
  const places = files.map((file) => join(real.get(dirname(file)) ?? dirname(file), basename(file)));
  return new Set(places.map((place) => relative(workTree, place).split(sep).join("/")));
}

/** The folder without links in its path, as far as it is there. */
async function realFolder(folder: string): Promise<string> {
  const above = dirname(folder);
  return realpath(folder).catch(async () =>
    above === folder ? folder : join(await realFolder(above), basename(folder)),
  );
}

/** What git-status is asked about: everything but those folders that lie in the work tree. */
function pathspecs(workTree: string, without: readonly string[]): readonly string[] {
  const inside = without
    .map((folder) => relative(workTree, folder).split(sep).join("/"))
    .filter((path) => path !== "" && path !== ".." && !path.startsWith("../") && !isAbsolute(path));
  return inside.length === 0 ? [] : ["--", ":(top)", ...inside.map((path) => `:(top,exclude,literal)${path}`)];
}

const status = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"];

function ownStatus(found: FoundRepository, workTree: string, signal: AbortSignal): GitCall {
  // An explicit --git-dir, because the repository was found by it; fsmonitor would start a daemon that outlives us.
  const where = ["-C", workTree, `--git-dir=${found.gitDir}`, `--work-tree=${workTree}`];
  return { args: ["-c", "core.fsmonitor=false", ...where, ...status], signal, base: userEnvironment() };
}

/** Keys that change how files compare and run nothing. */
const harmless =
  /^core\.(filemode|symlinks|ignorecase|precomposeunicode|autocrlf|eol|checkstat|trustctime|sparsecheckout|sparsecheckoutcone)$/;

/** Against a copy of the index in a gitdir of ours, where no filter or monitor of theirs is configured. */
async function foreignStatus(
  found: FoundRepository,
  workTree: string,
  gitDir: string,
  signal: AbortSignal,
): Promise<GitCall> {
  const [config] = await bothDone(readConfig(found, signal), makeGitDir(found, { path: gitDir, refs: "all" }, signal));
  await copyIndex(found.gitDir, gitDir);
  const kept = [...config].filter(([key]) => harmless.test(key)).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const excludes = ["-c", `core.excludesFile=${join(found.commonDir, "info/exclude")}`];
  const where = ["-C", workTree, `--git-dir=${gitDir}`, `--work-tree=${workTree}`, "-c", "core.bare=false"];
  return { args: [...kept, ...excludes, ...where, ...status, "--ignore-submodules=dirty"], signal };
}

async function tally(output: AsyncIterable<Buffer>, joining: ReadonlySet<string>): Promise<WorkTreeChanges> {
  const counts = { modified: 0, deleted: 0, untracked: 0 };
  const removed = new Set<string>();
  let first: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    const all = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = all.indexOf(0); end >= 0; end = all.indexOf(0, start)) {
      const letters = all.toString("latin1", start, start + 2);
      const path = Buffer.from(all.subarray(start + 3, end));
      start = end + 1;
      // A file that was taken out of the index and left on the disk is told as deleted first, and as untracked behind that.
      if (letters === "D ") removed.add(path.toString("latin1"));
      if (letters === "??" && removed.has(path.toString("latin1"))) continue;
      if (letters === "??" && joining.has(path.toString("utf8"))) continue;
      counts[kindOf(letters)]++;
      first.push(path);
    }
    rest = all.subarray(start);
    first = first.sort((a, b) => a.compare(b)).slice(0, namedAtMost);
  }
  return { ...counts, paths: first.map((path) => path.toString("utf8")) };
}

/** The two letters of git-status(1): staged, then in the work tree. */
function kindOf(letters: string): "modified" | "deleted" | "untracked" {
  if (letters === "??") return "untracked";
  return letters === " D" || letters === "D " || letters === "DD" ? "deleted" : "modified";
}
