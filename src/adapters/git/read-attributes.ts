import type { TreeEntry } from "../../ports/repository.ts";
import { readBlobs } from "./read-blobs.ts";
import { outputOf, readGit, startGit } from "./run-git.ts";
import { filesNamed } from "./tree-files.ts";

/** What .gitattributes say of one path. */
export interface PathAttributes {
  readonly exportIgnore: boolean;
  readonly exportSubst: boolean;
}

/** Whether any .gitattributes of a tree mentions export-ignore or export-subst at all: if not, no path can have them. */
export async function mentionsExport(gitDir: string, tree: string, signal: AbortSignal): Promise<boolean> {
  const files = await filesNamed(".gitattributes", { gitDir, tree, signal });
  const oids = [...new Set(files.map(({ oid }) => oid))];
  for await (const { data } of readBlobs(gitDir, oids, signal)) {
    if (Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes("export-")) return true;
  }
  return false;
}

/** Puts a tree into an index of its own, where check-attr can read its .gitattributes. */
export async function indexTree(gitDir: string, tree: string, index: string, signal: AbortSignal): Promise<void> {
  await readGit({ args: [`--git-dir=${gitDir}`, "read-tree", tree], signal, set: { GIT_INDEX_FILE: index } });
}

/** A running check-attr: paths go in, and what the index's .gitattributes say of them comes out in the same order. */
export function startCheckAttr(gitDir: string, index: string, signal: AbortSignal) {
  const args = ["-c", "core.attributesFile=", `--git-dir=${gitDir}`, "check-attr", "--cached", "-z", "--stdin"];
  const asked = [...args, "export-ignore", "export-subst"];
  // Without GIT_FLUSH=0 each answer is a write of its own.
  const git = startGit({ args: asked, signal, set: { GIT_INDEX_FILE: index, GIT_FLUSH: "0" } });
  return { git, answers: parseAnswers(outputOf(git, asked)) };
}

/** The name that `git archive` looks attributes up by: folders and submodules with a trailing slash. */
export function askedName(entry: TreeEntry): Buffer {
  const name = entry.pathBytes === undefined ? Buffer.from(entry.path) : Buffer.from(entry.pathBytes);
  const slash = entry.type === "dir" || entry.type === "submodule" ? "/" : "";
  return Buffer.concat([name, Buffer.from(`${slash}\0`)]);
}

/** Six fields a path: path, attribute, value, twice. Only `set` counts, as in git archive. */
async function* parseAnswers(output: AsyncIterable<Buffer>): AsyncGenerator<PathAttributes[]> {
  let rest: string[] = [];
  let partial = "";
  for await (const chunk of output) {
    const fields = (partial + chunk.toString("latin1")).split("\0");
    partial = fields.pop() ?? "";
    const all = rest.length === 0 ? fields : [...rest, ...fields];
    const whole = all.length - (all.length % 6);
    rest = all.slice(whole);
    const answers: PathAttributes[] = [];
    for (let at = 0; at < whole; at += 6)
      answers.push({ exportIgnore: all[at + 2] === "set", exportSubst: all[at + 5] === "set" });
    if (answers.length > 0) yield answers;
  }
}
