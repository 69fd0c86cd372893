import type { CallAbout, GitHubClient } from "./github-client.ts";

/** A repository on GitHub and the way to it. */
export interface Place {
  readonly client: GitHubClient;
  readonly owner: string;
  readonly repo: string;
}

/** What every path of the repository begins with, escaped. */
export function pathOf({ owner, repo }: Place): string {
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
}

/** A call that reads releases; `what` completes "couldn't ...". */
export function reading(what: string): CallAbout {
  return { what, writes: false, permission: "contents" };
}

/** A call that changes releases; `what` completes "couldn't ...". */
export function writing(what: string): CallAbout {
  return { what, writes: true, permission: "contents" };
}
