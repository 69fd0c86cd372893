import type { BaseCommit } from "../model/revision.ts";
import { type Environment, isPullRequest } from "./defaults-from-env.ts";
import type { ConfigSource } from "./find-config.ts";

interface Around {
  readonly env: Environment;
  readonly config: Pick<ConfigSource, "read">;
}

/**
 * What the pull request that a run is of would be merged into, as its event tells; undefined outside of one, and when the
 * event can't be read. Source: docs.github.com, "Events that trigger workflows", pull_request: GITHUB_SHA is the merge commit.
 */
export async function pullRequestBase({ env, config }: Around): Promise<BaseCommit | undefined> {
  if (!isPullRequest(env)) return undefined;
  const commit = await config
    .read(env["GITHUB_EVENT_PATH"] ?? "")
    .then(baseIn)
    .catch(() => undefined);
  if (commit === undefined) return undefined;
  const sha = env["GITHUB_SHA"];
  const isMerge = /^refs\/pull\/\d+\/merge$/.test(env["GITHUB_REF"] ?? "") && sha !== undefined && isCommit.test(sha);
  return { commit, ...(isMerge && { merge: sha }) };
}

const isCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function baseIn(text: string | undefined): string | undefined {
  const event = JSON.parse(text ?? "") as { pull_request?: { base?: { sha?: unknown } } } | null;
  const sha = event?.pull_request?.base?.sha;
  return typeof sha === "string" && isCommit.test(sha) ? sha : undefined;
}
