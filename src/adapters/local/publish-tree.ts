import { chownSync } from "node:fs";
import { showByMoves, showByRename } from "./show-tree.ts";
import type { TargetPlace } from "./target-place.ts";
import { attempt } from "./target-scratch.ts";
import type { TargetTree } from "./target-tree.ts";

/** Finishes a tree that lies at `root`, and shows it under its final name. */
export function publishTree(tree: TargetTree, root: string, place: TargetPlace): void {
  tree.makeLinks();
  if (place.inside) showInside(tree, root, place);
  else showBeside(tree, root, place);
}

/** A folder's own permissions and owner are those of the folder that it takes the place of. */
function showBeside(tree: TargetTree, root: string, place: TargetPlace): void {
  const { into, existing } = place;
  const bits = existing === undefined ? tree.rootBits : existing.mode & 0o777;
  // What is moved has to be writable, for its `..` is written (rename(2)).
  tree.rootBits = bits | 0o700;
  tree.setFolders(root, () => true);
  if (existing !== undefined) attempt(() => chownSync(root, existing.uid, existing.gid));
  showByRename(root, place);
  tree.rootBits = bits;
  if ((bits & 0o700) !== 0o700) tree.setFolders(into, isRoot);
}

/** The folder stays what it is, but for its time. */
function showInside(tree: TargetTree, root: string, place: TargetPlace): void {
  const { into, existing } = place;
  tree.setFolders(root, (path) => path.includes("/"));
  showByMoves(root, place);
  tree.setFolders(into, (path) => !isRoot(path) && !path.includes("/"));
  if (existing !== undefined) tree.rootBits = existing.mode & 0o7777;
  // Who may write to a folder needn't own it.
  attempt(() => tree.setFolders(into, isRoot));
}

function isRoot(path: string): boolean {
  return path === "";
}
