import { setTimeout as timer } from "node:timers/promises";

/** How calls follow each other. Times are real ones unless a test says otherwise. */
export interface Pace {
  /** From the start of one writing call to that of the next, at least; GitHub asks for a second. */
  readonly writeGapMs: number;
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A second between writes. */
export function usualPace(): Pace {
  return {
    writeGapMs: 1000,
    now: () => Date.now(),
    random: () => Math.random(),
    async sleep(ms, signal) {
      await timer(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
    },
  };
}

/** Lets writing calls through one after the other, with a gap between their starts. */
export class WriteTurns {
  readonly #pace: Pace;
  #last: Promise<void> = Promise.resolve();
  #started = -Infinity;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Does the work when its turn has come. One that is aborted while it waits gives its turn away. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await unlessAborted(before, signal);
      return await work();
    } finally {
      void before.then(resolve);
    }
  }

  /** Waits until the next write may start, and counts it as started. */
  async start(signal: AbortSignal): Promise<void> {
    const wait = this.#started + this.#pace.writeGapMs - this.#pace.now();
    // A clock that was set back must not hold calls up.
    if (wait > 0) await this.#pace.sleep(Math.min(wait, this.#pace.writeGapMs), signal);
    signal.throwIfAborted();
    this.#started = this.#pace.now();
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const fail = () => reject(signal.reason as Error);
  signal.addEventListener("abort", fail);
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", fail);
  }
}
