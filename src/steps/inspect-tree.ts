import { ColdstoreError } from "../model/errors.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { Revision } from "../model/revision.ts";
import { type CommitTree, plainTree, type SnapshotEntry, walkTree } from "./commit-tree.ts";
import type { Submodule } from "./find-contents.ts";
import { TarLayout } from "./tar-layout.ts";

/** A tree to look at; without submodules or pointers nothing is put in. */
export interface InspectRequest
  extends Pick<CommitTree, "repository" | "revision">, Partial<Pick<CommitTree, "submodules" | "pointers">> {
  readonly prefix: string;
}

/** What a tree's listing tells of its archive, without reading any content. */
export interface TreeInspection {
  readonly counts: TreeCounts;
  /** Bytes of the tar; exact but for files in which `export-subst` is expanded. */
  readonly tarBytes: number;
  /** Those of included submodules too. */
  readonly submodules: readonly Submodule[];
}

/** Walks the paths that the archive would hold, with the place of each in the tar. Throws `source` when there are none. */
export async function inspectTree(
  request: InspectRequest,
  visit: (entry: SnapshotEntry, offset: number) => void,
  signal: AbortSignal,
): Promise<TreeInspection> {
  const { repository, revision, prefix, ...puts } = request;
  const counts = { files: 0, dirs: 0, symlinks: 0, bytes: 0 };
  const submodules: Submodule[] = [];
  const layout = new TarLayout(prefix, revision.commit);
  const take = (entry: SnapshotEntry) => {
    count(counts, entry);
    if (entry.type === "submodule") submodules.push({ path: entry.path, commit: entry.oid });
    visit(entry, layout.place(entry));
  };
  await walkTree({ ...plainTree(repository, revision), ...puts }, take, signal);
  if (counts.files + counts.dirs + counts.symlinks === 0) throw emptyTree(revision);
  return { counts, tarBytes: layout.end(), submodules };
}

function count(counts: { files: number; dirs: number; symlinks: number; bytes: number }, entry: SnapshotEntry): void {
  switch (entry.type) {
    case "file":
      counts.files += 1;
      counts.bytes += entry.bytes;
      return;
    case "symlink":
      counts.symlinks += 1;
      return;
    case "dir":
    case "submodule":
      counts.dirs += 1;
  }
}

function emptyTree({ commit }: Revision): ColdstoreError {
  return new ColdstoreError(
    "source",
    `commit ${commit.slice(0, 7)} has no files to archive: its tree is empty, or all of it is export-ignore`,
  );
}
