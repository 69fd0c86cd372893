import { ColdstoreError } from "../model/errors.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { Revision } from "../model/revision.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";
import { TarLayout } from "./tar-layout.ts";

/** A submodule that the archive would hold as an empty folder. */
export interface Submodule {
  readonly path: string;
  readonly commit: string;
}

/** What a tree's listing tells of its archive, without reading any content. */
export interface TreeInspection {
  readonly counts: TreeCounts;
  /** Bytes of the tar; exact but for files in which `export-subst` is expanded. */
  readonly tarBytes: number;
  readonly submodules: readonly Submodule[];
}

/** Walks the paths that `git archive` would write, with the place of each in the tar. Throws `source` when there are none. */
export async function inspectTree(
  request: { readonly repository: Repository; readonly revision: Revision; readonly prefix: string },
  visit: (entry: TreeEntry, offset: number) => void,
  signal: AbortSignal,
): Promise<TreeInspection> {
  const counts = { files: 0, dirs: 0, symlinks: 0, bytes: 0 };
  const submodules: Submodule[] = [];
  const layout = new TarLayout(request.prefix, request.revision.commit);
  for await (const batch of request.repository.tree(request.revision, signal)) {
    for (const entry of batch) {
      if (entry.exportIgnored) continue;
      count(counts, entry);
      if (entry.type === "submodule") submodules.push({ path: entry.path, commit: entry.oid });
      visit(entry, layout.place(entry));
    }
  }
  if (counts.files + counts.dirs + counts.symlinks === 0) throw emptyTree(request.revision);
  return { counts, tarBytes: layout.end(), submodules };
}

function count(counts: { files: number; dirs: number; symlinks: number; bytes: number }, entry: TreeEntry): void {
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
