import type { Revision } from "../../model/revision.ts";
import { askObjects } from "./ask-objects.ts";
import { askGit, gitFailed } from "./run-git.ts";

/** A section of .gitmodules. */
export interface SubmoduleConfig {
  readonly name: string;
  readonly path?: string;
  readonly url?: string;
}

/** What the commit's .gitmodules declares. It is read as data: nothing in it is run or followed. */
export async function readSubmoduleConfig(
  gitDir: string,
  revision: Revision,
  signal: AbortSignal,
): Promise<readonly SubmoduleConfig[]> {
  const [file] = await askObjects(gitDir, [`${revision.tree}:.gitmodules`], signal);
  if (file?.type !== "blob") return [];
  const keys = "^submodule\\..*\\.(path|url)$";
  const args = [`--git-dir=${gitDir}`, "config", `--blob=${file.oid}`, "-z", "--get-regexp", keys];
  const { code, stdout, stderr } = await askGit({ args, signal });
  // 1: no key matched.
  if (code === 1) return [];
  if (code !== 0) throw gitFailed(args, stderr);
  return bySection(stdout.toString("utf8").split("\0"));
}

/** Records are `submodule.<name>.<key>\n<value>`; of a key that is there twice the last one counts. */
function bySection(records: readonly string[]): readonly SubmoduleConfig[] {
  const sections = new Map<string, SubmoduleConfig>();
  for (const record of records) {
    const [, name, key = "", value = ""] = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(record) ?? [];
    if (name !== undefined) sections.set(name, { ...sections.get(name), name, [key]: value });
  }
  return [...sections.values()];
}
