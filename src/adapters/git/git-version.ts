import { ColdstoreError } from "../../model/errors.ts";
import { askGit } from "./run-git.ts";

/** The version of the git on the PATH, `2.39.5`; rejects with `source` if there is none or it is too old to be safe. */
export async function gitVersion(signal: AbortSignal): Promise<string> {
  const { stdout } = await askGit({ args: ["version"], signal });
  return usableVersion(stdout.toString("utf8"));
}

/**
 * Picks the version out of what `git version` prints. Before 2.39.1 a hostile tree could run code through
 * .gitattributes or export-subst while it was archived.
 */
export function usableVersion(printed: string): string {
  const found = /^git version (\d+)\.(\d+)(?:\.(\d+))?/.exec(printed);
  if (found === null)
    throw new ColdstoreError("source", `"git version" says "${printed.trim()}"; install git 2.39.1 or newer`);
  const [major = 0, minor = 0, patch = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const version = `${major}.${minor}.${patch}`;
  if (major * 1e6 + minor * 1e3 + patch >= 2_039_001) return version;
  const why = "older ones can be made to run code by a tree that they archive (CVE-2022-41903, CVE-2022-23521)";
  throw new ColdstoreError("source", `git is ${version}; install 2.39.1 or newer: ${why}`);
}
