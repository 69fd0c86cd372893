import { problem, Refusal } from "./answer.ts";
import type { FaultKind } from "./faults.ts";
import type { GitHubState, Token } from "./state.ts";

const hour = 3_600_000;
const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/** Counts a request against the token's hour, and refuses the one too many. */
export function countRequest(state: GitHubState, token: Token): void {
  const now = state.now();
  if (now >= token.rate.reset) Object.assign(token.rate, { used: 0, reset: now + hour });
  if (token.rate.used >= token.rate.limit) throw exceeded(token);
  token.rate.used++;
}

/** What a token may still do, as every answer tells it. */
export function rateHeaders({ rate }: Token): Readonly<Record<string, string>> {
  return {
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(Math.max(0, rate.limit - rate.used)),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-reset": String(Math.ceil(rate.reset / 1000)),
    "x-ratelimit-resource": "core",
  };
}

/** Refuses more writes in a minute than are allowed. */
export function countWrite(writes: number[], perMinute: number | undefined, now: number): void {
  if (perMinute === undefined) return;
  while ((writes[0] ?? now) <= now - 60_000) writes.shift();
  if (writes.length >= perMinute) {
    const wait = Math.ceil(((writes[0] ?? now) + 60_000 - now) / 1000);
    throw new Refusal(problem(403, secondary, { headers: { "retry-after": String(wait) } }));
  }
  writes.push(now);
}

/** A limit that a test has planned. */
export function limitedBy(kind: Extract<FaultKind, { limited: number }>, now: number): Refusal {
  const { limited, retryAfter, reset } = kind;
  if (reset !== undefined) {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.ceil(now / 1000) + reset) };
    return new Refusal(problem(limited, "API rate limit exceeded for installation ID 1.", { headers }));
  }
  const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return new Refusal(problem(limited, secondary, { headers }));
}

function exceeded(token: Token): Refusal {
  const whom = token.kind === "installation" ? "installation ID 1" : `user ID ${token.account.id}`;
  return new Refusal(problem(403, `API rate limit exceeded for ${whom}.`, { headers: rateHeaders(token) }));
}
