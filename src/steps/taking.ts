import { ColdstoreError } from "../model/errors.ts";
import type { BytePath, DiskEntry, FolderDisk, GitListing, SourceFolder } from "../ports/folder.ts";
import type { Repository } from "../ports/repository.ts";
import { bytesOf } from "./byte-text.ts";
import type { DiskContent } from "./entry-content.ts";
import type { Findings } from "./selection-findings.ts";
import type { EntryFilter, SelectionRules } from "./selection-rules.ts";

/** What the whole of a selection has in common. */
export interface Taking {
  /** The folder that is archived: absolute, without links in it. */
  readonly top: string;
  readonly rules: SelectionRules;
  readonly filter: EntryFilter;
  readonly findings: Findings;
  readonly signal: AbortSignal;
}

/** A folder that is gone through with rules of its own: the one that is archived, a repository in it, or what a link leads to. */
export interface Root {
  readonly disk: FolderDisk;
  /** Absolute, without links in it. */
  readonly real: BytePath;
  /** Where it is in the archive: empty, or ending with a slash. */
  readonly at: BytePath;
  /** Absent for what a link leads to, where git isn't asked. */
  readonly source?: SourceFolder;
  readonly repository?: Repository;
  readonly git?: GitListing;
  /** The folders that the links lie in by which it was reached, absolute. */
  readonly trail: readonly BytePath[];
}

/** A source folder as a root, `at` a place in the archive. */
export function rootOf(source: SourceFolder, at: BytePath, trail: readonly BytePath[] = []): Root {
  const { disk, repository, git } = source;
  return {
    disk,
    real: bytesOf(source.path),
    at,
    source,
    trail,
    ...(repository && { repository }),
    ...(git && { git }),
  };
}

/** The seconds that an entry gets: its own, or those that all have. */
export function mtimeOf({ mtime }: SelectionRules, own: number): number {
  return mtime.kind === "all" ? mtime.seconds : own;
}

/** A file of a disk as it was looked at; its time is its own where no other is given to all. */
export function contentOn(disk: FolderDisk, path: BytePath, looked: DiskEntry, { mtime }: SelectionRules): DiskContent {
  const content = { kind: "disk", disk, path, looked } as const;
  return mtime.kind === "own" ? { ...content, ownTime: true } : content;
}

/** A file that this user can't open: found before anything is packed, all such files are told of at once. */
export function noteUnreadable(at: BytePath, why: string, findings: Findings): void {
  findings.unreadable.push({
    path: at,
    kind: "file",
    leftOutBy: "exclude",
    error: new ColdstoreError("source", why),
  });
}
