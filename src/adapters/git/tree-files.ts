import type { BytePath } from "../../ports/folder.ts";
import { outputOf, startGit } from "./run-git.ts";

/** A file of a tree. */
export interface TreeFile {
  readonly path: BytePath;
  readonly oid: string;
}

/** Every file of this name in a tree, whatever folder it is in, in byte order; symlinks aren't among them. */
export async function filesNamed(
  name: string,
  { gitDir, tree, signal }: { readonly gitDir: string; readonly tree: string; readonly signal: AbortSignal },
): Promise<readonly TreeFile[]> {
  const args = [`--git-dir=${gitDir}`, "ls-tree", "-r", "-z", "--full-tree", tree];
  const found: TreeFile[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of outputOf(startGit({ args, signal }), args)) {
    const records = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = records.lastIndexOf(0) + 1;
    for (const file of filesIn(records.subarray(0, end), name)) found.push(file);
    rest = records.subarray(end);
  }
  return found;
}

/** Looks for the name in bytes: nearly always it isn't there, and nothing needs to be taken apart. */
function* filesIn(records: Buffer, name: string): Generator<TreeFile> {
  const ending = `${name}\0`;
  for (let at = records.indexOf(ending); at >= 0; at = records.indexOf(ending, at + ending.length)) {
    const record = records.toString("latin1", records.lastIndexOf(0, at) + 1, at);
    const [, oid, folder] = /^100[0-7]{3} blob ([0-9a-f]+)\t((?:.*\/)?)$/s.exec(record) ?? [];
    if (oid !== undefined && folder !== undefined) yield { path: `${folder}${name}`, oid };
  }
}
