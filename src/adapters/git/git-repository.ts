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
import { gitVersion } from "./git-version.ts";
import { makeGitDir } from "./hermetic-gitdir.ts";
import { readBlobPieces, readBlobs } from "./read-blobs.ts";
import { readFacts } from "./read-facts.ts";
import { readTree } from "./read-tree.ts";
import { resolveRef } from "./resolve-ref.ts";
import { streamArchive } from "./stream-archive.ts";
import { readSubmoduleUrls } from "./submodule-urls.ts";

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
  const gitDir = scratch.file("objects.git");
  const [facts] = await bothDone(
    readFacts(found, version, signal),
    makeGitDir(found, { path: gitDir, refs: "none" }, signal),
  );
  return new GitRepository({ facts, found, gitDir, scratch });
}

interface Opened {
  readonly facts: RepositoryFacts;
  readonly found: FoundRepository;
  /** Hermetic, without refs: it sees the objects only. */
  readonly gitDir: string;
  readonly scratch: Scratch;
}

class GitRepository implements Repository {
  readonly facts: RepositoryFacts;
  readonly #opened: Opened;
  #filesMade = 0;

  constructor(opened: Opened) {
    this.facts = opened.facts;
    this.#opened = opened;
  }

  resolve(ref: string, signal: AbortSignal): Promise<Revision> {
    return resolveRef(this.#opened.found, ref, signal);
  }

  tree(revision: Revision, signal: AbortSignal): AsyncIterable<readonly TreeEntry[]> {
    const { gitDir } = this.#opened;
    return readTree({ gitDir, tree: revision.tree, index: this.#newPath("index"), signal });
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

  changes(without: readonly string[], signal: AbortSignal): Promise<WorkTreeChanges> {
    return countChanges(this.#opened.found, { gitDir: this.#newPath("status.git"), without }, signal);
  }

  diff(from: string, revision: Revision, signal: AbortSignal): Promise<readonly TreeChange[] | undefined> {
    return diffTrees({ gitDir: this.#opened.gitDir, from, tree: revision.tree, signal });
  }

  submoduleUrls(revision: Revision, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return readSubmoduleUrls(this.#opened.gitDir, revision, signal);
  }

  #newPath(kind: string): string {
    return this.#opened.scratch.file(`${this.#filesMade++}-${kind}`);
  }
}
