import type { LfsPointer } from "../model/details.ts";
import type { Revision } from "../model/revision.ts";
import type { BytePath } from "../ports/folder.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";

/** A commit whose files go into a snapshot, and what is put in beside what git's own tar of it has. Keys are paths in its tree. */
export interface CommitTree {
  readonly repository: Repository;
  readonly revision: Revision;
  /** Where in the snapshot its root lies: empty, or with a trailing slash. */
  readonly folder: string;
  /** The submodules whose contents go in. */
  readonly submodules: ReadonlyMap<BytePath, CommitTree>;
  /** The Git LFS pointers in whose place the contents go in; they name paths in the snapshot. */
  readonly pointers: ReadonlyMap<BytePath, LfsPointer>;
}

/** One path of a snapshot, counted from the superproject's root; `bytes` are those that go in. */
export interface SnapshotEntry extends TreeEntry {
  /** The submodule's repository that it is in; absent for the superproject's own. */
  readonly repository?: Repository;
  /** Whose content takes the blob's place. */
  readonly lfs?: LfsPointer;
}

/** A commit as it is, with nothing put in. */
export function plainTree(repository: Repository, revision: Revision): CommitTree {
  return { repository, revision, folder: "", submodules: new Map(), pointers: new Map() };
}

/** Every path that a snapshot of the tree holds, in the tar's order. */
export async function walkTree(
  tree: CommitTree,
  visit: (entry: SnapshotEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of tree.repository.tree(tree.revision, signal)) {
    for (const entry of batch) {
      if (entry.exportIgnored) continue;
      visit(inSnapshot(entry, tree));
      const below = entry.type === "submodule" ? tree.submodules.get(bytePathOf(entry)) : undefined;
      if (below !== undefined) await walkTree(below, visit, signal);
    }
  }
}

/** The blobs of entries, those of one repository together; one without a repository of its own is in this one. */
export async function* readEntries(
  repository: Repository,
  entries: readonly SnapshotEntry[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly entry: SnapshotEntry; readonly data: Uint8Array }> {
  for (const [owner, owned] of Map.groupBy(entries, (entry) => entry.repository ?? repository)) {
    let i = 0;
    for await (const { data } of owner.blobs(
      owned.map(({ oid }) => oid),
      signal,
    )) {
      const entry = owned[i++];
      if (entry !== undefined) yield { entry, data };
    }
  }
}

/** A path of a tree as its bytes. */
export function bytePathOf({ path, pathBytes }: TreeEntry): BytePath {
  return Buffer.from(pathBytes ?? Buffer.from(path)).toString("latin1");
}

function inSnapshot(entry: TreeEntry, { repository, folder, pointers }: CommitTree): SnapshotEntry {
  const lfs = pointers.size > 0 && entry.type === "file" ? pointers.get(bytePathOf(entry)) : undefined;
  if (folder === "" && lfs === undefined) return entry;
  const { path, pathBytes } = entry;
  return {
    ...entry,
    path: `${folder}${path}`,
    ...(pathBytes && { pathBytes: Buffer.concat([Buffer.from(folder), pathBytes]) }),
    ...(lfs && { lfs, bytes: lfs.bytes, exportSubst: false }),
    ...(folder !== "" && { repository }),
  };
}
