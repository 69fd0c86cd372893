import type { TreeChange } from "../../ports/repository.ts";
import { askObjects } from "./ask-objects.ts";
import { outputOf, startGit } from "./run-git.ts";

/** The commits to compare, the earlier one by its full id, and a gitdir that sees them. */
export interface DiffQuestion {
  readonly gitDir: string;
  readonly from: string;
  readonly tree: string;
  readonly signal: AbortSignal;
}

/** Paths that differ, without looking for renames; undefined when the earlier commit isn't there. */
export async function diffTrees({
  gitDir,
  from,
  tree,
  signal,
}: DiffQuestion): Promise<readonly TreeChange[] | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(from)) return undefined;
  const [before] = await askObjects(gitDir, [`${from}^{tree}`], signal);
  if (before === undefined) return undefined;
  const args = [`--git-dir=${gitDir}`, "diff-tree", "-r", "-z", "--no-renames", "--name-status", before.oid, tree];
  const changes: TreeChange[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of outputOf(startGit({ args, signal }), args)) {
    const all = Buffer.concat([rest, chunk]);
    const end = all.lastIndexOf(0) + 1;
    // Letters and paths take turns; a pair may be cut in two.
    const fields = all.toString("utf8", 0, end).split("\0").slice(0, -1);
    for (let at = 0; at + 1 < fields.length; at += 2) changes.push(changeOf(fields[at] ?? "", fields[at + 1] ?? ""));
    const cut = fields.length % 2 === 1 ? Buffer.byteLength(fields.at(-1) ?? "") + 1 : 0;
    rest = all.subarray(end - cut);
  }
  return changes;
}

function changeOf(letter: string, path: string): TreeChange {
  const change = letter === "A" ? "added" : letter === "D" ? "removed" : "changed";
  return { path, change };
}
