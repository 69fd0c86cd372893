import { mkdtemp, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath, GitListing } from "../../ports/folder.ts";
import type { Repository } from "../../ports/repository.ts";
import type { Scratch } from "../../ports/workspace.ts";
import { askObjects } from "./ask-objects.ts";
import { type FoundRepository, lookForRepository } from "./find-repository.ts";
import { openGitListing } from "./git-listing.ts";
import { openFoundRepository } from "./git-repository.ts";
import { gitVersion } from "./git-version.ts";

/** Git's view of a folder. */
export interface GitFolder {
  /**
   * The repository whose work tree the folder lies in; absent outside of one, and while it has no commit. Then there is nothing
   * to ask it, but the listing still goes by its index.
   */
  readonly repository?: Repository;
  /** The folder's path in that work tree; empty for the whole, and outside of a repository. */
  readonly inRepository: BytePath;
  readonly listing: GitListing;
  readonly gitVersion: string;
}

/** A scratch folder, which may serve many folders and outlives what is made in it. */
export interface FolderPlace {
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}

/**
 * Looks at a folder with the git on the PATH; undefined when there is none, or none that will do. Rejects with `source` for a
 * bare repository, a folder inside of a gitdir, and a folder that can't be read.
 */
export async function openGitFolder(folder: string, { scratch, signal }: FolderPlace): Promise<GitFolder | undefined> {
  const version = await usableGit(signal);
  if (version === undefined) return undefined;
  const found = await lookForRepository(folder, signal);
  if (found !== undefined && !found.inside) throw notWorkTree(folder, found);
  const path = await realpath(folder);
  const own = await mkdtemp(scratch.file("folder-"));
  const file = (name: string): string => join(own, name);
  const listing = await openGitListing({ folder: path, ...(found && { found }), gitDir: file("listing.git"), signal });
  const plain = { inRepository: pathIn(found?.workTree ?? path, path), listing, gitVersion: version };
  if (found === undefined || !(await hasCommit(found, signal))) return plain;
  return { ...plain, repository: await openFoundRepository(found, { version, file, signal }) };
}

async function usableGit(signal: AbortSignal): Promise<string | undefined> {
  try {
    return await gitVersion(signal);
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "source") return undefined;
    throw error;
  }
}

function notWorkTree(folder: string, { workTree }: FoundRepository): ColdstoreError {
  const what =
    workTree === undefined ? "a bare repository, which has no files" : "git's own folder, not the files of a clone";
  const advice = "give the folder of a work tree, or use the mode snapshot";
  return new ColdstoreError("source", `${folder} is ${what}; ${advice}`);
}

function pathIn(workTree: string, folder: string): BytePath {
  return Buffer.from(relative(workTree, folder).split(sep).join("/")).toString("latin1");
}

async function hasCommit({ gitDir }: FoundRepository, signal: AbortSignal): Promise<boolean> {
  const [head] = await askObjects(gitDir, ["HEAD^{commit}"], signal);
  return head !== undefined;
}
