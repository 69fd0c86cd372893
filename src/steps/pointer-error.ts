import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { formatBytes, formatCount } from "../model/units.ts";
import type { SnapshotEntry } from "./commit-tree.ts";
import { exportIgnoreLines, type Source } from "./examine-source.ts";
import { inspectTree } from "./inspect-tree.ts";
import { findPointers, mayBePointer } from "./lfs-pointer.ts";

/** Goes through a commit, and the submodules that go in, for all Git LFS pointers, and says why no snapshot is made of it. */
export async function explainPointers(
  { repository, tree, names }: Pick<Source, "repository" | "tree" | "names">,
  signal: AbortSignal,
): Promise<ColdstoreError> {
  const small: SnapshotEntry[] = [];
  const keep = (entry: SnapshotEntry) => {
    if (mayBePointer(entry)) small.push(entry);
  };
  await inspectTree({ ...tree, prefix: names.prefix }, keep, signal);
  return pointerError(await findPointers(repository, small, signal));
}

/** Why a snapshot with Git LFS pointers in it isn't made, with the lines that leave them out on purpose. */
export function pointerError(pointers: readonly LfsPointer[]): ColdstoreError {
  const named = pointers.slice(0, 10).map(({ path, bytes }) => `${path} (${formatBytes(bytes)})`);
  const more = pointers.length > 10 ? `, and ${pointers.length - 10} more` : "";
  return new ColdstoreError(
    "source",
    `${formatCount(pointers.length, "file would be a Git LFS pointer", "files would be Git LFS pointers")} in the snapshot, without the contents: ${named.join(", ")}${more}; ` +
      "set lfs to include to put the contents in, or to pointers to keep the pointers; " +
      `to leave them out on purpose, commit to .gitattributes: ${exportIgnoreLines(pointers.map(({ path }) => path))}`,
  );
}
