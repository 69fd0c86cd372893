import type { LfsPointer } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { formatCount } from "../model/units.ts";
import type { SnapshotEntry } from "./commit-tree.ts";
import { exportIgnoreLines, type Source } from "./examine-source.ts";
import type { Submodule } from "./find-contents.ts";
import { inspectTree } from "./inspect-tree.ts";
import { findPointers, mayBePointer, namePointers } from "./lfs-pointer.ts";

/** Goes through a commit, and the submodules that go in, for all Git LFS pointers, and says why no snapshot is made of it. */
export async function explainPointers(
  { repository, tree, names, submodules }: Pick<Source, "repository" | "tree" | "names" | "submodules">,
  signal: AbortSignal,
): Promise<ColdstoreError> {
  const small: SnapshotEntry[] = [];
  const keep = (entry: SnapshotEntry) => {
    if (mayBePointer(entry)) small.push(entry);
  };
  await inspectTree({ ...tree, prefix: names.prefix }, keep, signal);
  return pointerError(await findPointers(repository, small, signal), submodules);
}

/** Why a snapshot with Git LFS pointers in it isn't made, with the ways out; no line of the superproject reaches into a submodule. */
export function pointerError(pointers: readonly LfsPointer[], submodules: readonly Submodule[]): ColdstoreError {
  const inSubmodule = ({ path }: LfsPointer) => submodules.some((each) => path.startsWith(`${each.path}/`));
  const own = pointers.filter((pointer) => !inSubmodule(pointer)).map(({ path }) => path);
  const lines = `; to leave them out on purpose, commit to .gitattributes: ${exportIgnoreLines(own)}`;
  return new ColdstoreError(
    "source",
    `${formatCount(pointers.length, "file would be a Git LFS pointer", "files would be Git LFS pointers")} in the snapshot, without the contents: ${namePointers(pointers)}; ` +
      `set lfs to include to put the contents in, or to pointers to keep the pointers${own.length > 0 ? lines : ""}`,
    { remedy: { checkout: { lfs: "true" }, settings: { lfs: "include" } } },
  );
}
