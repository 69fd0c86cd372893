import type { Entry } from "../model/entry.ts";
import type { ArchiveFilters, ContentPolicies, SymlinkPolicy } from "../model/manifest.ts";
import type { BytePath } from "../ports/folder.ts";
import type { TreeEntry } from "../ports/repository.ts";
import { bytePathOf } from "./commit-tree.ts";
import { isText, textOf } from "./byte-text.ts";
import { EntryFilter } from "./selection-rules.ts";

type EntryOf = (entry: TreeEntry) => Entry | undefined;

/** What a snapshot would hold of a path in a tree. Contents are told apart by their ids in git, those of submodules where they go in. */
export function snapshotEntryOf({ submodules }: Pick<ContentPolicies, "submodules">): EntryOf {
  return (entry) => {
    if (entry.exportIgnored) return undefined;
    const known = comparable(entry, submodules);
    // What is filled in says more than the blob does.
    return entry.exportSubst ? { ...known, sha256: `${entry.oid} filled in` } : known;
  };
}

/** What decides of a folder's tracked files which its archive would hold. */
export interface FolderView {
  /** The folder's path in its repository; empty for the whole. */
  readonly inRepository: BytePath;
  readonly filters: ArchiveFilters;
  readonly symlinks: SymlinkPolicy;
  readonly submodules: ContentPolicies["submodules"];
}

/** What an archive of a folder would hold of a path in a tree, were just the tree checked out; folders aren't counted. */
export function archiveEntryOf({ inRepository, filters, symlinks, submodules }: FolderView): EntryOf {
  const filter = new EntryFilter(filters);
  const folder = inRepository === "" ? "" : `${inRepository}/`;
  return (entry) => {
    const path = bytePathOf(entry);
    if (entry.type === "dir" || !path.startsWith(folder)) return undefined;
    if (entry.type === "symlink" && symlinks === "skip") return undefined;
    const below = path.slice(folder.length);
    if (filter.excludes(entry.type === "submodule" ? `${below}/` : below)) return undefined;
    const { pathBytes: _, ...known } = comparable(entry, submodules);
    return { ...known, path: textOf(below), ...(!isText(below) && { pathBytes: Buffer.from(below, "latin1") }) };
  };
}

/** As much of an entry as tells it from another of its path; a submodule is a folder, and of one commit or another. */
function comparable(entry: TreeEntry, submodules: ContentPolicies["submodules"]): Entry {
  const { path, pathBytes, type, oid, bytes, executable } = entry;
  const named = { path, ...(pathBytes && { pathBytes }) };
  switch (type) {
    case "file":
      return { ...named, type, mode: executable ? 0o755 : 0o644, size: bytes, sha256: oid };
    case "symlink":
      return { ...named, type, mode: 0o777, size: 0, sha256: oid };
    case "dir":
      return { ...named, type, mode: 0o755, size: 0 };
    case "submodule":
      return { ...named, type: "dir", mode: 0o755, size: 0, ...(submodules === "include" && { sha256: oid }) };
  }
}
