import type { Readable } from "node:stream";
import type { Revision } from "../../model/revision.ts";
import type {
  ArchiveRecipe,
  Blob,
  BlobPiece,
  Repository,
  RepositoryFacts,
  TreeChange,
  TreeEntry,
  WorkTreeChanges,
} from "../../ports/repository.ts";
import type { Scratch } from "../../ports/workspace.ts";
import { bothDone } from "./both-done.ts";
import { countChanges } from "./count-changes.ts";
import { diffTrees } from "./diff-trees.ts";
import { findRepository, type FoundRepository } from "./find-repository.ts";
import { findSubmodule } from "./find-submodule.ts";
import { gitVersion } from "./git-version.ts";
import { makeGitDir } from "./hermetic-gitdir.ts";
import { findLfsFile, lfsFolders } from "./lfs-folders.ts";
import { readBlobPieces, readBlobs } from "./read-blobs.ts";
import { readFacts } from "./read-facts.ts";
import { readTree } from "./read-tree.ts";
import { resolveRef } from "./resolve-ref.ts";
import { streamArchive } from "./stream-archive.ts";
import { readSubmoduleUrls } from "./submodule-urls.ts";
import { trackedButIgnored } from "./tracked-but-ignored.ts";

/** Where to look, and a scratch folder (its folder exists) that outlives the repository. */
export interface GitSource {
  /** A work tree, a folder in it, or a bare repository. */
  readonly source: string;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}

/** Opens a repository through the git on the PATH; rejects with `source` if there is none, or no git that will do. */
export async function openGitRepository({ source, scratch, signal }: GitSource): Promise<Repository> {
  const version = await gitVersion(signal);
  const found = await findRepository(source, signal);
  return openFoundRepository(found, { version, file: (name) => scratch.file(name), signal });
}

/** What opening takes beside the place: git's version, and a namer of scratch files that are this repository's alone. */
export interface Opening {
  readonly version: string;
  readonly file: (name: string) => string;
  readonly signal: AbortSignal;
}

/** Opens a repository that was found. */
export async function openFoundRepository(found: FoundRepository, opening: Opening): Promise<Repository> {
  const { version, file, signal } = opening;
  const gitDir = file("objects.git");
  const [facts] = await bothDone(
    readFacts(found, version, signal),
    makeGitDir(found, { path: gitDir, refs: "none" }, signal),
  );
  return new GitRepository({ facts, found, gitDir, file });
}

interface Opened {
  readonly facts: RepositoryFacts;
  readonly found: FoundRepository;
  /** Hermetic, without refs: it sees the objects only. */
  readonly gitDir: string;
  readonly file: (name: string) => string;
}

class GitRepository implements Repository {
  readonly facts: RepositoryFacts;
  readonly #opened: Opened;
  #filesMade = 0;
  #lfsFolders: Promise<readonly string[]> | undefined;

  constructor(opened: Opened) {
    this.facts = opened.facts;
    this.#opened = opened;
  }

  resolve(ref: string, signal: AbortSignal): Promise<Revision> {
    return resolveRef(this.#opened.found, ref, signal);
  }

  tree(revision: Revision, signal: AbortSignal): AsyncIterable<readonly TreeEntry[]> {
    const { gitDir, facts } = this.#opened;
    const lacking = facts.partial ? "partial" : "damaged";
    return readTree({ gitDir, tree: revision.tree, index: this.#newPath("index"), lacking, signal });
  }

  archive(revision: Revision, recipe: ArchiveRecipe, signal: AbortSignal): Promise<Readable> {
    return streamArchive(this.#opened.found, { gitDir: this.#newPath("archive.git"), revision, recipe, signal });
  }

  blobs(oids: readonly string[], signal: AbortSignal): AsyncIterable<Blob> {
    return readBlobs(this.#opened.gitDir, oids, signal);
  }

  blobPieces(oids: readonly string[], signal: AbortSignal): AsyncIterable<readonly BlobPiece[]> {
    return readBlobPieces(this.#opened.gitDir, oids, signal);
  }

  changes(without: readonly string[], signal: AbortSignal, joining: readonly string[] = []): Promise<WorkTreeChanges> {
    return countChanges(this.#opened.found, { gitDir: this.#newPath("status.git"), without, joining }, signal);
  }

  diff(from: string, revision: Revision, signal: AbortSignal): Promise<readonly TreeChange[] | undefined> {
    return diffTrees({ gitDir: this.#opened.gitDir, from, tree: revision.tree, signal });
  }

  submoduleUrls(revision: Revision, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return readSubmoduleUrls(this.#opened.gitDir, revision, signal);
  }

  async submodule(
    at: { readonly revision: Revision; readonly path: string; readonly commit: string },
    signal: AbortSignal,
  ): Promise<Repository | undefined> {
    const { facts, found, gitDir } = this.#opened;
    const submodule = await findSubmodule(found, { ...at, gitDir, signal });
    if (submodule === undefined) return undefined;
    const folder = this.#newPath("submodule");
    const file = (name: string): string => `${folder}-${name}`;
    return openFoundRepository(submodule, { version: facts.gitVersion, file, signal });
  }

  async lfsFile({ oid, bytes }: { readonly oid: string; readonly bytes: number }): Promise<string | undefined> {
    this.#lfsFolders ??= lfsFolders(this.#opened.found);
    return findLfsFile(await this.#lfsFolders, oid, bytes);
  }

  trackedButIgnored(revision: Revision, signal: AbortSignal): Promise<readonly string[]> {
    const { gitDir } = this.#opened;
    const workTree = this.#newPath("empty");
    return trackedButIgnored({ gitDir, tree: revision.tree, index: this.#newPath("index"), workTree, signal });
  }

  #newPath(kind: string): string {
    return this.#opened.file(`${this.#filesMade++}-${kind}`);
  }
}
