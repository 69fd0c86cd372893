import type { Readable } from "node:stream";
import type { WorkTreeCounts } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";

/** What is known of a repository without reading any object. */
export interface RepositoryFacts {
  /** The version of the git that reads it: `2.39.5`. */
  readonly gitVersion: string;
  readonly objectFormat: "sha1" | "sha256";
  /** History is cut off; a snapshot doesn't mind. */
  readonly shallow: boolean;
  /** Objects may be missing here (a partial clone). */
  readonly partial: boolean;
  /** The branch that HEAD is on. */
  readonly branch?: string;
  /** URL of the remote `origin`, without user info. */
  readonly origin?: string;
  /** Absolute path of the work tree; absent for a bare repository. */
  readonly workTree?: string;
}

/** One path of a commit's tree, in the order in which `git archive` writes them. */
export interface TreeEntry {
  /** From the repository's root, without a trailing slash; lossy when `pathBytes` is there. */
  readonly path: string;
  readonly pathBytes?: Uint8Array;
  readonly type: "file" | "symlink" | "dir" | "submodule";
  readonly executable: boolean;
  /** Object id of the blob or tree, or the commit that a submodule is pinned to. */
  readonly oid: string;
  /** Bytes of the blob; 0 for folders and submodules. */
  readonly bytes: number;
  /** It, or a folder that it is in, is `export-ignore`: the archive leaves it out. */
  readonly exportIgnored: boolean;
  /** `git archive` expands $Format:…$ in it. */
  readonly exportSubst: boolean;
}

/** How `git archive` is to be run. `prefix` is empty or ends with a slash. */
export interface ArchiveRecipe {
  readonly prefix: string;
  readonly exportSubst: "stable" | "git" | "off";
}

/** Uncommitted changes: counts, and the names of some (at most 20), in byte order. */
export interface WorkTreeChanges extends WorkTreeCounts {
  readonly paths: readonly string[];
}

/** One path that differs between two commits' trees. */
export interface TreeChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
}

export interface Blob {
  readonly oid: string;
  readonly data: Uint8Array;
}

/** A part of a blob's content; an empty blob has one empty piece. */
export interface BlobPiece {
  readonly oid: string;
  /** Of its first byte in the blob. */
  readonly offset: number;
  readonly data: Uint8Array;
  /** Nothing of this blob comes after it. */
  readonly last: boolean;
}

/** A git repository, read only: nothing in it, its configuration or its work tree is ever changed. */
export interface Repository {
  readonly facts: RepositoryFacts;

  /** Resolves a tag, branch, full ref name, commit id or expression such as `HEAD~2`. Rejects with `source` if there is none. */
  resolve(ref: string, signal: AbortSignal): Promise<Revision>;

  /** Every path of the tree (folders too, before what is in them), in batches. Rejects with `source` if objects are missing. */
  tree(revision: Revision, signal: AbortSignal): AsyncIterable<readonly TreeEntry[]>;

  /**
   * The tar that a hermetic `git archive` gives: dependent on the commit, the recipe and, for a tag, that tag alone.
   * The stream fails with `source` if git fails, also after its last byte.
   */
  archive(revision: Revision, recipe: ArchiveRecipe, signal: AbortSignal): Promise<Readable>;

  /** The blobs of these ids, in their order. Rejects with `source` on the first one that isn't there. */
  blobs(oids: readonly string[], signal: AbortSignal): AsyncIterable<Blob>;

  /** Likewise for blobs of any size, a piece at a time; several pieces come together, as they were read. */
  blobPieces(oids: readonly string[], signal: AbortSignal): AsyncIterable<readonly BlobPiece[]>;

  /**
   * Uncommitted changes of the work tree, but for those in these folders (absolute paths), and for untracked files that join the
   * set (likewise); all zero for a bare repository.
   */
  changes(without: readonly string[], signal: AbortSignal, joining?: readonly string[]): Promise<WorkTreeChanges>;

  /** What differs between an earlier commit and this revision; undefined when that commit isn't in this clone. */
  diff(from: string, revision: Revision, signal: AbortSignal): Promise<readonly TreeChange[] | undefined>;

  /** URLs of the submodules that the commit's .gitmodules declares, by path, without user info. */
  submoduleUrls(revision: Revision, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;

  /**
   * The repository of a submodule, when a clone of it that has the commit lies in this one; undefined when not. Nothing
   * is fetched, and nothing that either configures is run.
   */
  submodule(
    at: { readonly revision: Revision; readonly path: string; readonly commit: string },
    signal: AbortSignal,
  ): Promise<Repository | undefined>;

  /**
   * Path of the file that this clone keeps the content of a Git LFS pointer in; undefined when there is none of that size. Its
   * digest is for the caller to check.
   */
  lfsFile(pointer: { readonly oid: string; readonly bytes: number }): Promise<string | undefined>;

  /** Paths of the commit's tree that its own .gitignore files match, in byte order. */
  trackedButIgnored(revision: Revision, signal: AbortSignal): Promise<readonly string[]>;
}
