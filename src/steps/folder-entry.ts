import type { LfsPointer } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { ColdstoreError } from "../model/errors.ts";
import type { BytePath, DiskEntry, FolderDisk } from "../ports/folder.ts";
import type { Repository } from "../ports/repository.ts";

/** Where a file's content is to be read. */
export type ContentSource =
  | {
      readonly kind: "disk";
      readonly disk: FolderDisk;
      readonly path: BytePath;
      readonly looked: DiskEntry;
      /** The entry has the file's time, whatever that is when it is read; absent: the one that it was given. */
      readonly ownTime?: true;
    }
  /** A submodule's file, as its recorded commit has it. */
  | { readonly kind: "blob"; readonly repository: Repository; readonly oid: string };

/** One path that goes into a folder's archive. `path` counts from the folder. */
export type FolderEntry = { readonly path: BytePath; readonly mode: number; readonly mtime: number } & (
  | {
      readonly type: "file";
      readonly bytes: number;
      readonly content: ContentSource;
      /** The clone whose LFS store has the content, should the file be a pointer; absent outside of a repository. */
      readonly lfs?: Repository;
      /** The Git LFS pointer that the file is; `bytes` are those of its content, which goes in. */
      readonly pointer?: LfsPointer;
    }
  | { readonly type: "dir" }
  | { readonly type: "symlink"; readonly link: BytePath }
);

/** What of a folder goes into its archive, and all that a person should know of it. Paths in lists read as text, in byte order. */
export interface Selection {
  /** In the archive's order: by bytes of the path, a folder (its path with a trailing slash) before what is in it. */
  readonly entries: readonly FolderEntry[];
  readonly counts: TreeCounts;
  readonly engine: "git" | "ignore";
  /** Untracked files that went in. */
  readonly untracked: readonly string[];
  /** Tracked files that a .gitignore matches; they go in all the same. */
  readonly trackedButIgnored: readonly string[];
  /** Untracked files that look like credentials, and were left out. */
  readonly credentials: readonly string[];
  /** Links that lead out of the folder. */
  readonly outwardLinks: readonly string[];
  readonly submodules: readonly { readonly path: string; readonly commit: string }[];
  /** Git LFS pointers in whose place their contents go in; absent where they weren't looked for. */
  readonly lfs?: readonly LfsPointer[];
  readonly warnings: readonly string[];
  /** What stands against an archive; all of it, each with its way out. */
  readonly errors: readonly ColdstoreError[];
}
