import type { RepositoryFacts } from "../../ports/repository.ts";
import { bothDone } from "./both-done.ts";
import type { FoundRepository } from "./find-repository.ts";
import { atGitDir } from "./at-git-dir.ts";
import { isRemote, withoutSecrets } from "./remote-url.ts";
import { askGit, gitFailed } from "./run-git.ts";

/** What the repository's own configuration and HEAD say. */
export async function readFacts(
  found: FoundRepository,
  version: string,
  signal: AbortSignal,
): Promise<RepositoryFacts> {
  const [config, head] = await bothDone(readConfig(found, signal), headRef(found, signal));
  const origin = config.get("remote.origin.url");
  const branch = head?.startsWith("refs/heads/") ? head.slice("refs/heads/".length) : undefined;
  return {
    gitVersion: version,
    objectFormat: found.objectFormat,
    shallow: found.shallow,
    partial: isPartial(config),
    ...(branch !== undefined && { branch }),
    ...(origin !== undefined && isRemote(origin) && { origin: withoutSecrets(origin) }),
    ...(found.workTree !== undefined && { workTree: found.workTree }),
  };
}

/** The repository's own configuration, each key with its first value; a key without a value counts as `true`. */
export async function readConfig(found: FoundRepository, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const args = [...atGitDir(found.gitDir), "config", "--list", "-z"];
  const { code, stdout, stderr } = await askGit({ args, signal });
  if (code !== 0) throw gitFailed(args, stderr);
  const values = new Map<string, string>();
  for (const record of stdout.toString("utf8").split("\0")) {
    const end = record.indexOf("\n");
    const key = end < 0 ? record : record.slice(0, end);
    if (!values.has(key)) values.set(key, end < 0 ? "true" : record.slice(end + 1));
  }
  return values;
}

/** The full name of the ref that HEAD stands for, also if it has no commit yet; undefined when HEAD is detached. */
export async function headRef(found: FoundRepository, signal: AbortSignal): Promise<string | undefined> {
  const args = [...atGitDir(found.gitDir), "symbolic-ref", "--quiet", "HEAD"];
  const { code, stdout } = await askGit({ args, signal });
  return code === 0 ? stdout.toString("utf8").replace(/\n$/, "") : undefined;
}

function isPartial(config: ReadonlyMap<string, string>): boolean {
  if (config.has("extensions.partialclone")) return true;
  return [...config].some(([key, value]) => /^remote\..*\.promisor$/s.test(key) && value === "true");
}
