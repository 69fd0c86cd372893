import { setTimeout as timer } from "node:timers/promises";
import { asColdstoreError, type ColdstoreError } from "../../model/errors.ts";
import { formatDuration } from "../../model/units.ts";

/** When to try again, and when to give up. Seconds and milliseconds are real ones unless a test says otherwise. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** No new try begins this long after the first failure: what fails may have been on its way for hours. */
  readonly mostMs: number;
  /** The first pause at the most; each further one up to twice as long, until `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Told before each pause why there is one, and which of the tries after the first one follows. */
  waiting?(ms: number, error: ColdstoreError, next: number): void;
  /** Rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Five tries within 15 minutes; `say` is told of each pause, in a line. */
export function usualRetries(say?: (line: string) => void): RetryPolicy {
  const attempts = 5;
  return {
    attempts,
    mostMs: 15 * 60_000,
    firstPauseMs: 1000,
    longestPauseMs: 60_000,
    now: () => Date.now(),
    random: () => Math.random(),
    ...(say && { waiting: (ms, error, next) => say(waitingLine(ms, error, `${next} of ${attempts - 1}`)) }),
    async sleep(ms, signal) {
      await timer(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
    },
  };
}

// What went wrong may be told at length, and is told in full when it stays so.
const mostChars = 300;

/** `trying again in 4 s (2 of 4): reason`, however long or broken up the reason is. */
function waitingLine(ms: number, { message }: ColdstoreError, which: string): string {
  const reason = message.replace(/\s+/gu, " ").trim();
  const cut = reason.length > mostChars ? `${reason.slice(0, mostChars).toWellFormed()}…` : reason;
  return `trying again in ${formatDuration(ms / 1000)} (${which}): ${cut}`;
}

/** The tries of one thing: says whether there is another one, after the pause that belongs before it. */
export class Tries {
  readonly #policy: RetryPolicy;
  /** Of the first failure. */
  #failed: number | undefined;
  #error: ColdstoreError | undefined;
  #made = 1;

  constructor(policy: RetryPolicy) {
    this.#policy = policy;
  }

  /** Whether something that failed so may be tried again. */
  allow(thrown: unknown): boolean {
    const { attempts, mostMs } = this.#policy;
    const now = this.#policy.now();
    this.#failed ??= now;
    const inTime = now - this.#failed < mostMs;
    this.#error = asColdstoreError(thrown);
    return this.#error.transient && this.#made < attempts && inTime;
  }

  /** Waits before the next try: a random part of a pause that doubles, so that many don't come back at once. */
  async pause(signal: AbortSignal): Promise<void> {
    const { firstPauseMs, longestPauseMs } = this.#policy;
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#made - 1));
    const pause = longest * (0.5 + this.#policy.random() / 2);
    this.#made += 1;
    if (this.#error !== undefined) this.#policy.waiting?.(pause, this.#error, this.#made - 1);
    await this.#policy.sleep(pause, signal);
    signal.throwIfAborted();
  }

  /** Goes on to the next try after a pause that another thing made. */
  shareAPause(): void {
    this.#made += 1;
  }

  /** Something went forward: what fails now fails for the first time. */
  restart(): void {
    this.#made = 1;
    this.#failed = undefined;
  }
}

/** Does something until it succeeds, fails for good, or the tries are used up. */
export async function again<T>(policy: RetryPolicy, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const tries = new Tries(policy);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !tries.allow(error)) throw error;
    }
    await tries.pause(signal);
  }
}
