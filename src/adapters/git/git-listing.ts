import { copyFile, readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath, Candidate, GitListing } from "../../ports/folder.ts";
import { bothDone } from "./both-done.ts";
import { type DiskTrust, readDiskTrust } from "./disk-trust.ts";
import { areFaithful } from "./faithful-files.ts";
import type { FoundRepository } from "./find-repository.ts";
import { initGitDir, makeGitDir } from "./hermetic-gitdir.ts";
import { throwIfUnread } from "./listing-warnings.ts";
import { parseCandidates, parsePaths, parseRecords, parseRoots } from "./parse-listing.ts";
import { outputOf, startGit } from "./run-git.ts";

/** A folder to list, in the work tree of `found` if it is given, and a path for a throw-away gitdir. */
export interface ListingQuestion {
  readonly folder: string;
  readonly found?: FoundRepository;
  readonly gitDir: string;
  readonly signal: AbortSignal;
}

/**
 * Git's word on a folder, against a copy of the index made now; outside of a repository nothing is tracked. Neither the
 * repository's configuration and info/exclude nor the user's have a say.
 */
export async function openGitListing(question: ListingQuestion): Promise<GitListing> {
  const { found, gitDir, signal } = question;
  if (found === undefined) {
    await initGitDir(gitDir, "sha1", signal);
    return new GitFolderListing(question, { modes: true, links: true });
  }
  const made = makeGitDir(found, { path: gitDir, refs: "none" }, signal);
  const [trust] = await bothDone(readDiskTrust(found, signal), made);
  await copyIndex(found.gitDir, gitDir);
  return new GitFolderListing(question, trust);
}

/** The index, and the file that a split one shares with others. Rejects with `source` when they can't be read. */
export async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const names = await readdir(from);
    for (const name of names.filter((name) => name === "index" || name.startsWith("sharedindex.")))
      await copyWithTime(join(from, name), join(to, name));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const full = code === "ENOSPC" || code === "EDQUOT";
    const advice = full
      ? "free some space, or use another folder for temporary files (RUNNER_TEMP, which a runner sets, or without it TMPDIR)"
      : "give the user that runs Coldstore access to it, or use a clone of your own";
    throw new ColdstoreError(full ? "store" : "source", `the index in ${from} can't be copied: ${code}; ${advice}`, {
      cause: error,
    });
  }
}

/** By the time of its index git tells which files may have changed in the very second in which that was written. */
async function copyWithTime(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, mtime);
}

// The index may bring caches of what git saw on the disk; without them it looks for itself, and starts no daemon.
const settings = ["core.bare=false", "core.ignorecase=false", "core.fsmonitor=false", "core.untrackedCache=false"];

// Unlike --exclude-standard it leaves info/exclude and the user's own list out.
const rules = "--exclude-per-directory=.gitignore";

class GitFolderListing implements GitListing {
  readonly #question: ListingQuestion;
  readonly #trust: DiskTrust;
  readonly #args: readonly string[];

  constructor(question: ListingQuestion, trust: DiskTrust) {
    const { folder, found, gitDir } = question;
    const where = ["-C", folder, `--git-dir=${gitDir}`, `--work-tree=${found?.workTree ?? folder}`];
    this.#question = question;
    this.#trust = trust;
    this.#args = [...settings.flatMap((setting) => ["-c", setting]), ...where, "ls-files", "-z", rules];
  }

  candidates(signal: AbortSignal): AsyncIterable<readonly Candidate[]> {
    return parseCandidates(this.#list(["--cached", "--others", "--stage", "-v"], signal), this.#trust);
  }

  ignored(signal: AbortSignal): AsyncIterable<readonly BytePath[]> {
    return parsePaths(this.#list(["--others", "--ignored"], signal));
  }

  ignoredRoots(signal: AbortSignal): AsyncIterable<readonly BytePath[]> {
    return parseRoots(this.#list(["--others", "--ignored", "--directory"], signal));
  }

  trackedButIgnored(signal: AbortSignal): AsyncIterable<readonly BytePath[]> {
    return parsePaths(this.#list(["--cached", "--ignored"], signal));
  }

  async faithful(signal: AbortSignal): Promise<boolean> {
    const { folder, found, gitDir } = this.#question;
    if (found === undefined) return true;
    const records = this.#list(["--cached", "--stage"], signal);
    return areFaithful({ folder, found, gitDir, records, trust: this.#trust, signal });
  }

  async *#list(what: readonly string[], signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const args = [...this.#args, ...what];
    const git = startGit({ args, signal });
    git.stdin.end();
    yield* parseRecords(outputOf(git, args));
    throwIfUnread((await git.ended).stderr);
  }
}
