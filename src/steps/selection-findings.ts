import type { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { FolderEntry } from "./folder-entry.ts";
import type { Unreadable } from "./unreadable-errors.ts";

/** A commit that a submodule is recorded at, or is at. */
export interface SubmoduleAt {
  readonly path: BytePath;
  readonly commit: string;
}

/** What is gathered while a folder is gone through. Paths count from the folder that is archived; lists are in no order yet. */
export class Findings {
  /** Files and links by path; folders follow from them. */
  readonly entries = new Map<BytePath, FolderEntry>();
  readonly untracked: BytePath[] = [];
  readonly trackedButIgnored: BytePath[] = [];
  readonly credentials: BytePath[] = [];
  readonly submodules: SubmoduleAt[] = [];
  readonly nested: BytePath[] = [];
  /** Tracked, though they are a version control system's own. */
  readonly versionControl: BytePath[] = [];
  /** Untracked, and left by earlier runs of Coldstore. */
  readonly ownOutput: BytePath[] = [];
  /** Tracked, and no longer on disk. */
  readonly deleted: BytePath[] = [];
  /** Tracked, and kept off the disk by a sparse checkout. */
  readonly sparse: BytePath[] = [];
  /** Pairs of tracked paths that are one file on this disk. */
  readonly sharedFiles: (readonly [BytePath, BytePath])[] = [];
  readonly unmerged = new Set<BytePath>();
  /** FIFOs, sockets and devices. */
  readonly special: BytePath[] = [];
  readonly emptyFolders: BytePath[] = [];
  readonly links: BytePath[] = [];
  /** Links that were to be followed, and can't be: nothing there, or a circle. */
  readonly deadLinks: BytePath[] = [];
  readonly circularLinks: BytePath[] = [];
  /** Links that were followed out of the folder. */
  readonly followedOut: BytePath[] = [];
  /** Links to what a version control system keeps for itself; not followed. */
  readonly versionControlLinks: BytePath[] = [];
  /** Links in submodules, which are nowhere on disk as their commit has them. */
  readonly submoduleLinks: BytePath[] = [];
  readonly missingSubmodules: BytePath[] = [];
  readonly otherCommits: (SubmoduleAt & { readonly checkedOut: string })[] = [];
  readonly unreadable: Unreadable[] = [];
  readonly errors: ColdstoreError[] = [];
  excluded = 0;
}
