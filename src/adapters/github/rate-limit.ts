import type { Answer } from "./github-answer.ts";

/** How long GitHub wants to be left alone. */
export interface Limit {
  /** Milliseconds from now. */
  readonly waitMs: number;
  readonly kind: "primary" | "secondary";
}

const leastSecondaryMs = 60_000;

/**
 * The wait that an answer asks for; undefined when it isn't about rate limits. As GitHub says: `retry-after` exactly; else, with
 * none left, until `x-ratelimit-reset` and a second more; else a minute, doubled with every time before (`times`), and
 * up to a quarter more by chance, so that many don't come back at once.
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function limitOf(answer: Answer, times: number, { now, random }: Moment): Limit | undefined {
  if (!isAboutLimits(answer)) return undefined;
  const retryAfter = secondsOf(answer.headers["retry-after"], now);
  if (retryAfter !== undefined) return { waitMs: retryAfter, kind: "secondary" };
  const reset = Number(answer.headers["x-ratelimit-reset"]);
  if (isUsedUp(answer) && reset > 0)
    return { waitMs: Math.max(0, reset * 1000 - serverTime(answer, now)) + 1000, kind: "primary" };
  return { waitMs: leastSecondaryMs * 2 ** times * (1 + random / 4), kind: "secondary" };
}

/** The moment of the answer: epoch milliseconds, and a number in [0, 1). */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

function isAboutLimits(answer: Answer): boolean {
  if (answer.status === 429) return true;
  if (answer.status !== 403) return false;
  // The last call of an hour may well be one that isn't allowed.
  if (/not accessible by|must have|\bSAML\b/iu.test(answer.message)) return false;
  return isUsedUp(answer) || answer.headers["retry-after"] !== undefined || /rate limit|abuse/iu.test(answer.message);
}

function isUsedUp(answer: Answer): boolean {
  return answer.headers["x-ratelimit-remaining"] === "0";
}

/** GitHub's clock where it says what that shows: ours may be wrong. */
function serverTime(answer: Answer, now: number): number {
  const date = Date.parse(answer.headers["date"] ?? "");
  return Number.isNaN(date) ? now : date;
}

/** Milliseconds, from a number of seconds or from a date. */
function secondsOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/u.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
