import { notFound, problem, Refusal } from "./answer.ts";
import { reaches } from "./call.ts";
import type { Call } from "./call.ts";
import type { GitHubState, Level, Repository, Token } from "./state.ts";

type Area = "contents" | "issues" | "pulls";

/** Who asks, by the Authorization header; a token that isn't known is refused, whatever it wants. */
export function whoAsks(state: GitHubState, authorization: string | undefined): Token | undefined {
  if (authorization === undefined) return undefined;
  const token = state.tokens.get(/^(?:bearer|token) +(.+)$/iu.exec(authorization)?.[1] ?? "");
  if (token === undefined || !token.valid) throw new Refusal(problem(401, "Bad credentials"));
  return token;
}

export function mayWrite(token: Token | undefined, repository: Repository, area: Area = "contents"): boolean {
  return token !== undefined && reaches(token, repository) && levelOf(token, repository, area) === "write";
}

/** Refuses as GitHub does for the kind of token; `accepted` is its header. */
export function needRead(call: Call, repository: Repository, area: Area): void {
  if (!repository.private) return;
  if (call.token === undefined) throw notFound();
  if (levelOf(call.token, repository, area) === "none") throw forbidden(call.token, `${scopeOf(area)}=read`);
}

export function needWrite(call: Call, repository: Repository, area: readonly Area[]): void {
  const { token } = call;
  if (token === undefined) throw new Refusal(problem(401, "Requires authentication"));
  if (!area.some((one) => mayWrite(token, repository, one)))
    throw forbidden(token, area.map((one) => `${scopeOf(one)}=write`).join("; "));
  if (repository.archived) throw new Refusal(problem(403, "Repository was archived so is read-only."));
}

/** 403 with the permissions that would do, or for a classic token 404 with the scope. */
export function forbidden(token: Token, accepted: string): Refusal {
  if (token.kind === "classic")
    return new Refusal(problem(404, "Not Found", { headers: { "x-accepted-oauth-scopes": "repo" } }));
  const by = token.kind === "installation" ? "integration" : "personal access token";
  const headers = { "x-accepted-github-permissions": accepted };
  return new Refusal(problem(403, `Resource not accessible by ${by}`, { headers }));
}

function levelOf(token: Token, repository: Repository, area: Area): Level {
  if (token.kind !== "classic" || token.scopes.includes("repo")) return token[area];
  if (!repository.private && token.scopes.includes("public_repo")) return token[area];
  return repository.private ? "none" : "read";
}

function scopeOf(area: Area): string {
  return area === "pulls" ? "pull_requests" : area;
}
