import { mkdir } from "node:fs/promises";
import { askObjects } from "./ask-objects.ts";
import { parseRecords } from "./parse-listing.ts";
import { indexTree } from "./read-attributes.ts";
import { missingObject } from "./read-blobs.ts";
import { outputOf, readGit, startGit } from "./run-git.ts";
import { filesNamed } from "./tree-files.ts";

/** A tree, the hermetic gitdir that sees it, and paths for an index and an empty folder that may be made. */
export interface IgnoredQuestion {
  readonly gitDir: string;
  readonly tree: string;
  readonly index: string;
  readonly workTree: string;
  readonly signal: AbortSignal;
}

/** Paths of a tree that its own .gitignore files match, in byte order. Nothing of the tree is written to the disk. */
export async function trackedButIgnored(question: IgnoredQuestion): Promise<readonly string[]> {
  const { gitDir, tree, index, workTree, signal } = question;
  const files = await filesNamed(".gitignore", { gitDir, tree, signal });
  if (files.length === 0) return [];
  await checkThere(gitDir, [...new Set(files.map(({ oid }) => oid))], signal);
  await indexTree(gitDir, tree, index, signal);
  await mkdir(workTree);
  const where = [
    "-c",
    "core.bare=false",
    "-c",
    "core.ignorecase=false",
    `--git-dir=${gitDir}`,
    `--work-tree=${workTree}`,
  ];
  const set = { GIT_INDEX_FILE: index };
  // Git reads a .gitignore out of the index when that says that the file isn't meant to be on the disk.
  const input = Buffer.from(files.map(({ path }) => `${path}\0`).join(""), "latin1");
  await readGit({ args: [...where, "update-index", "--skip-worktree", "-z", "--stdin"], input, set, signal });
  const args = [...where, "ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.gitignore"];
  const git = startGit({ args, set, signal });
  git.stdin.end();
  const batches = await Array.fromAsync(parseRecords(outputOf(git, args)));
  return batches.flat().map((path) => Buffer.from(path, "latin1").toString("utf8"));
}

/** Git takes a .gitignore whose content is missing for an empty one. */
async function checkThere(gitDir: string, oids: readonly string[], signal: AbortSignal): Promise<void> {
  const found = await askObjects(gitDir, oids, signal);
  const missing = oids[found.indexOf(undefined)];
  if (missing !== undefined) throw missingObject(missing);
}
