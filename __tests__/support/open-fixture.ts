import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitRepository } from "../../src/adapters/git/git-repository.ts";
import { openGitFolder } from "../../src/adapters/git/open-git-folder.ts";
import type { Candidate } from "../../src/ports/folder.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type { Scratch } from "../../src/ports/workspace.ts";

export interface OpenedRepository extends AsyncDisposable {
  readonly repository: Repository;
  readonly scratch: Scratch;
}

/** Opens a folder with the git adapter, on a scratch folder that disposing removes. */
export async function openFolder(source: string, signal = new AbortController().signal): Promise<OpenedRepository> {
  const scratch = plainScratch();
  try {
    const repository = await openGitRepository({ source, scratch, signal });
    return { repository, scratch, [Symbol.asyncDispose]: async () => scratch[Symbol.asyncDispose]() };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** All that git says of a folder, in byte order. */
export interface LookedAt {
  readonly inRepository: string;
  readonly repository?: Repository;
  readonly candidates: readonly Candidate[];
  readonly ignored: readonly string[];
  readonly ignoredRoots: readonly string[];
  readonly trackedButIgnored: readonly string[];
}

/** Opens a folder for an archive, asks everything, and removes the scratch folder. */
export async function lookAtFolder(folder: string): Promise<LookedAt> {
  await using scratch = plainScratch();
  const { signal } = new AbortController();
  const opened = await openGitFolder(folder, { scratch, signal });
  if (opened === undefined) throw new Error("git is missing");
  const { listing, inRepository, repository } = opened;
  const candidates = (await Array.fromAsync(listing.candidates(signal))).flat();
  return {
    inRepository,
    ...(repository && { repository }),
    candidates: candidates.sort((a, b) => (a.path < b.path ? -1 : 1)),
    ignored: await pathsOf(listing.ignored(signal)),
    ignoredRoots: await pathsOf(listing.ignoredRoots(signal)),
    trackedButIgnored: await pathsOf(listing.trackedButIgnored(signal)),
  };
}

async function pathsOf(batches: AsyncIterable<readonly string[]>): Promise<readonly string[]> {
  return (await Array.fromAsync(batches)).flat().sort();
}

/** A scratch folder under the system's temporary one. */
export function plainScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "coldstore-scratch-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
  };
}
