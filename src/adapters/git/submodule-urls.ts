import type { Revision } from "../../model/revision.ts";
import { askObjects } from "./ask-objects.ts";
import { withoutSecrets } from "./remote-url.ts";
import { askGit, gitFailed } from "./run-git.ts";

/** URLs by path as the commit's .gitmodules has them, without user info. It is read as data: nothing in it is run or followed. */
export async function readSubmoduleUrls(
  gitDir: string,
  revision: Revision,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const [file] = await askObjects(gitDir, [`${revision.tree}:.gitmodules`], signal);
  if (file?.type !== "blob") return new Map();
  const args = [
    `--git-dir=${gitDir}`,
    "config",
    `--blob=${file.oid}`,
    "-z",
    "--get-regexp",
    "^submodule\\..*\\.(path|url)$",
  ];
  const { code, stdout, stderr } = await askGit({ args, signal });
  // 1: no key matched.
  if (code === 1) return new Map();
  if (code !== 0) throw gitFailed(args, stderr);
  return byPath(stdout.toString("utf8").split("\0"));
}

function byPath(records: readonly string[]): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const urls = new Map<string, string>();
  for (const record of records) {
    const end = record.indexOf("\n");
    const [, name = "", key] = /^submodule\.(.*)\.(path|url)$/s.exec(record.slice(0, end)) ?? [];
    if (key !== undefined) (key === "path" ? paths : urls).set(name, record.slice(end + 1));
  }
  return new Map(
    [...paths].flatMap(([name, path]) => {
      const url = urls.get(name);
      return url === undefined ? [] : [[path, withoutSecrets(url)] as const];
    }),
  );
}
