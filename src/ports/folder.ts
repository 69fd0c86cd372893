import type { Repository } from "./repository.ts";

/**
 * A path as its bytes, one character a byte (Latin-1), `/` between its parts, without a leading or a trailing one.
 * Comparing two such strings compares bytes, and names that aren't UTF-8 stay what they are.
 */
export type BytePath = string;

/** What git takes for a candidate of an archive. A nested repository is one that isn't a submodule. */
export interface Candidate {
  readonly path: BytePath;
  readonly kind: "file" | "submodule" | "nested";
  readonly tracked: boolean;
  /** Submodules: the commit that the index has. */
  readonly commit?: string;
  /** `sparse`: git was told not to have it on disk; `unmerged`: a merge left it in conflict. */
  readonly state?: "sparse" | "unmerged";
  /** Git was told not to look whether it changed (assume-unchanged, skip-worktree): no count of changes knows. */
  readonly unwatched?: true;
  /** What to go by instead of the disk's executable bit, where the clone doesn't trust it: the index's word, no for an untracked file. */
  readonly executable?: boolean;
  /** A link, by the index, of a clone whose disk has none: there it is a file with its target as the content. */
  readonly link?: true;
}

/** What a git ignore rules engine says of a folder. Rules are those of .gitignore files alone, none of the machine's or the clone's. */
export interface GitListing {
  /** Tracked paths, also those no longer on disk, and untracked ones that no .gitignore leaves out; each once, in any order. Never what VCSs keep for themselves. */
  candidates(signal: AbortSignal): AsyncIterable<readonly Candidate[]>;
  /**
   * Untracked files that a .gitignore leaves out, every one in ignored folders too; a nested repository as its folder alone,
   * with a trailing slash.
   */
  ignored(signal: AbortSignal): AsyncIterable<readonly BytePath[]>;
  /** Folders and files that a .gitignore leaves out, a folder standing for all in it (with a trailing slash). */
  ignoredRoots(signal: AbortSignal): AsyncIterable<readonly BytePath[]>;
  /** Tracked files that a .gitignore matches. */
  trackedButIgnored(signal: AbortSignal): AsyncIterable<readonly BytePath[]>;
  /**
   * Whether every tracked file that git calls unchanged is on the disk as the index has it, byte for byte (for Git LFS's, what
   * it points to) and with its executable bit: nothing is converted on its way into the index. False also when that isn't
   * certain. Submodules don't count.
   */
  faithful(signal: AbortSignal): Promise<boolean>;
}

export type DiskType = "file" | "dir" | "symlink" | "fifo" | "socket" | "device";

/** What a path is, the link itself if it is one. Equal signatures: nothing was written to it between two looks. */
export interface DiskEntry {
  readonly type: DiskType;
  /** The owner may execute it. */
  readonly executable: boolean;
  readonly bytes: number;
  /** Seconds since 1970, whole, rounded down. */
  readonly mtime: number;
  readonly signature: string;
  /** Why this user can't open the file, as the system says it. Absent: nothing is known to stand against that. */
  readonly unreadable?: string;
}

export interface DiskName {
  readonly name: BytePath;
  readonly type: DiskType;
}

/**
 * The files of a folder; read only. Paths count from it. The calls that return at once block: a promise a file costs
 * several times as much. Errors of reading are `source`, and name the path.
 */
export interface FolderDisk {
  /** undefined: not there (nor a folder on the way). A link on the way to it isn't followed: what is behind isn't there. */
  look(path: BytePath): DiskEntry | undefined;
  /** What is in a folder ("" is the folder itself), in byte order. */
  names(folder: BytePath): readonly DiskName[];
  /** Target of a link. */
  link(path: BytePath): BytePath;
  /**
   * Where a link leads in the end: an absolute path without links in it, and what lies there; undefined when nothing does, or
   * when links lead in a circle.
   */
  resolve(path: BytePath): { readonly path: BytePath; readonly entry: DiskEntry } | undefined;
  /** The whole content of a file that was looked at, good until the next call; undefined when it isn't that file any more, or changed meanwhile. */
  read(path: BytePath, looked: DiskEntry): Uint8Array | undefined;
  /**
   * The same in chunks, for a file of any size, from a byte of it on. Rejects with `source`, transient, when it isn't that file
   * any more, or changed meanwhile.
   */
  stream(path: BytePath, looked: DiskEntry, signal: AbortSignal, from?: number): AsyncIterable<Uint8Array>;
  /** Another folder (an absolute path): what a link leads to. */
  at(folder: BytePath): FolderDisk;
  /**
   * Absent where contents are at hand. Else a file can be read only while it is fetched, but for .gitignore files: this brings the
   * contents of the first of these, as many as the disk has room for, one at least, and keeps them until they are let go. The
   * files behind them may be on their way then, for a call that begins with these. A file that has changed or vanished counts as
   * fetched, and a look tells what it is now; `stream` gives a file that wasn't fetched, too, at the price of a call of its own.
   * Rejects with `source` for one that can't be had.
   */
  fetch?(paths: readonly BytePath[], signal: AbortSignal): Promise<FetchedFiles>;
}

/** Files whose contents are at hand until it is disposed of. */
export interface FetchedFiles extends AsyncDisposable {
  /** So many of the first that were asked for. */
  readonly count: number;
}

/** What is to be known of a folder that isn't on this machine. */
export interface RemotePlace {
  /** The last part of its path, or how the remote is called: fit for a name. */
  readonly folder: string;
  /** The remote and the path on it, where no host, no secret and no absolute path is in it. */
  readonly name?: string;
  /** By what files were checked that have been fetched so far, and how many: by kind of digest, `size` for no more than that. */
  checkedBy(): Readonly<Record<string, number>>;
}

/** A folder that is to be archived as it is. */
export interface SourceFolder {
  /** Absolute, links resolved, `/` between its parts; of a remote folder what messages call it, which no folder here is called. */
  readonly path: string;
  readonly disk: FolderDisk;
  readonly remote?: RemotePlace;
  /** What a person should know of it before anything of it is archived. */
  readonly warnings?: readonly string[];
  /** The repository whose work tree it lies in; absent outside of one, and without git. */
  readonly repository?: Repository;
  /** The folder's path in that work tree; empty for the whole. */
  readonly inRepository: BytePath;
  /** Git's word on what is ignored; absent when there is no git. */
  readonly git?: GitListing;
  /** Version of git; absent when there is none. */
  readonly gitVersion?: string;
  /** The same of a folder in it that is a repository of its own. */
  nested(path: BytePath): Promise<SourceFolder>;
}
