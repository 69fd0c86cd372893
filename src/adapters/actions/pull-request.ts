/** The pull request that a workflow was started for. */
export interface PullRequest {
  readonly number: number;
  /** It comes from another repository, or from one that is gone: the job's token may read alone. */
  readonly fork: boolean;
}

/** The pull request in an event's payload; undefined when there is none. Source: docs.github.com, "Webhook events and payloads", pull_request. */
export function pullRequestOf(payload: unknown): PullRequest | undefined {
  const request = fieldOf(payload, "pull_request");
  const number = fieldOf(request, "number");
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 1) return undefined;
  const [head, base] = [repositoryOf(request, "head"), repositoryOf(request, "base")];
  return { number, fork: head === undefined || head !== base };
}

function repositoryOf(request: unknown, end: "head" | "base"): string | undefined {
  const name = fieldOf(fieldOf(fieldOf(request, end), "repo"), "full_name");
  return typeof name === "string" ? name : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
