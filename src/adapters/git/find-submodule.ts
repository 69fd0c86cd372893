import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Revision } from "../../model/revision.ts";
import { askObjects } from "./ask-objects.ts";
import { atGitDir } from "./at-git-dir.ts";
import type { FoundRepository } from "./find-repository.ts";
import { askGit } from "./run-git.ts";
import { readSubmoduleConfig } from "./submodule-config.ts";

/** A submodule of a revision: its path, the commit that it is pinned to, and a gitdir that sees the revision. */
export interface SubmoduleQuestion {
  readonly gitDir: string;
  readonly revision: Revision;
  readonly path: string;
  readonly commit: string;
  readonly signal: AbortSignal;
}

/**
 * A clone of the submodule that lies in this one and has the commit: where `git submodule` keeps clones, else in the
 * work tree. It counts as somebody else's, since nothing that it configures is to be run.
 */
export async function findSubmodule(
  found: FoundRepository,
  question: SubmoduleQuestion,
): Promise<FoundRepository | undefined> {
  const { gitDir, revision, path, commit, signal } = question;
  if (!staysInside(path)) return undefined;
  const sections = await readSubmoduleConfig(gitDir, revision, signal);
  const names = sections.filter((section) => section.path === path && staysInside(section.name));
  const checkedOut = await checkedOutAt(found, path);
  // Of a linked work tree the clones lie in its own gitdir; those of the main one do as well.
  const homes = [...new Set([found.gitDir, found.commonDir])];
  const kept = homes.flatMap((home) => names.map(({ name }) => join(home, "modules", name)));
  const own = checkedOut === undefined ? undefined : await openedGitDir(join(checkedOut, ".git"), signal);
  for (const candidate of [...kept, ...(own === undefined ? [] : [own.gitDir])]) {
    const clone = await openedGitDir(candidate, signal);
    if (clone === undefined || !(await hasCommit(clone.gitDir, commit, signal))) continue;
    return checkedOut !== undefined && own?.gitDir === clone.gitDir ? { ...clone, workTree: checkedOut } : clone;
  }
  return undefined;
}

/** Git refuses such names for submodules, because a name is part of a path. */
function staysInside(name: string): boolean {
  return name !== "" && !/^[/\\]|^[A-Za-z]:|\0/.test(name) && !name.split(/[/\\]/).includes("..");
}

/** The submodule's folder in the work tree, unless a link on the way leads elsewhere. */
async function checkedOutAt({ workTree }: FoundRepository, path: string): Promise<string | undefined> {
  if (workTree === undefined) return undefined;
  const folder = join(await realpath(workTree), path);
  const real = await realpath(folder).catch(() => undefined);
  return real === folder ? folder : undefined;
}

/** A gitdir, or what a .git file leads to; undefined when git takes it for none. */
async function openedGitDir(path: string, signal: AbortSignal): Promise<FoundRepository | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  // The path comes last: it may hold newlines, the others don't.
  const first = await answerAt(path, ["--show-object-format", "--is-shallow-repository", "--absolute-git-dir"], signal);
  const commonDir = await answerAt(path, ["--path-format=absolute", "--git-common-dir"], signal);
  if (first === undefined || commonDir === undefined) return undefined;
  const [format, shallow, ...gitDir] = first.split("\n");
  return {
    gitDir: gitDir.join("\n"),
    commonDir,
    objectFormat: format === "sha256" ? "sha256" : "sha1",
    shallow: shallow === "true",
    inside: false,
    foreign: true,
  };
}

async function answerAt(path: string, questions: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const { code, stdout } = await askGit({ args: [...atGitDir(path), "rev-parse", ...questions], signal });
  return code === 0 ? stdout.toString("utf8").replace(/\n$/, "") : undefined;
}

async function hasCommit(gitDir: string, commit: string, signal: AbortSignal): Promise<boolean> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return false;
  const [object] = await askObjects(gitDir, [commit], signal);
  return object?.type === "commit";
}
