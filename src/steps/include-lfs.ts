import { findFolderPointers } from "./folder-pointers.ts";
import type { FolderEntry, Selection } from "./folder-entry.ts";
import { contentErrors } from "./archive-lfs-errors.ts";

/** A selection with Git LFS contents in the place of their pointers: the sizes are theirs, and what isn't here stands against an archive. */
export async function includeLfs(selection: Selection, signal: AbortSignal): Promise<Selection> {
  const found = await findFolderPointers(selection.entries, signal);
  const contents = new Map<FolderEntry, FolderEntry>(
    found.map(({ entry, pointer }) => [entry, { ...entry, bytes: pointer.bytes, pointer }]),
  );
  const grown = found.reduce((sum, { entry, pointer }) => sum + pointer.bytes - entry.bytes, 0);
  return {
    ...selection,
    entries: selection.entries.map((entry) => contents.get(entry) ?? entry),
    counts: { ...selection.counts, bytes: selection.counts.bytes + grown },
    lfs: found.map(({ pointer }) => pointer),
    errors: [...selection.errors, ...(await contentErrors(found))],
  };
}
