import type { Io, Put, PutOutcome, Store } from "../../ports/store.ts";
import { Tries, type RetryPolicy } from "./retry-policy.ts";

/**
 * Puts the items, and again those that failed for a transient reason, beside those that still come: whoever makes the items may
 * wait for the outcome of an earlier one before it makes the next.
 */
export async function* putWithRetries(
  inner: Store,
  policy: RetryPolicy,
  items: AsyncIterable<Put> | Iterable<Put>,
  io: Io,
): AsyncGenerator<PutOutcome> {
  const retries = new PutRetries(inner, policy, io);
  try {
    yield* retries.outcomes(items);
  } finally {
    await retries.close();
  }
}

interface Waiting {
  readonly item: Put;
  readonly tries: Tries;
}

class PutRetries {
  readonly #inner: Store;
  readonly #policy: RetryPolicy;
  readonly #io: Io;
  readonly #leave = new AbortController();
  readonly #ready: PutOutcome[] = [];
  readonly #faults: unknown[] = [];
  #waiting: Waiting[] = [];
  #round: Promise<void> | undefined;
  #passes = 0;
  #wake = (): void => {};

  constructor(inner: Store, policy: RetryPolicy, io: Io) {
    this.#inner = inner;
    this.#policy = policy;
    this.#io = { signal: AbortSignal.any([io.signal, this.#leave.signal]), progress: (event) => io.progress(event) };
  }

  async *outcomes(items: AsyncIterable<Put> | Iterable<Put>): AsyncGenerator<PutOutcome> {
    const known = new Map<string, Waiting[]>();
    void this.#pass(this.#noting(items, known), known);
    for (;;) {
      const next = this.#ready.shift();
      if (next !== undefined) yield next;
      else if (this.#passes === 0 && this.#round === undefined) break;
      else await this.#change();
    }
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  /** Stops what still runs; resolves when nothing does. */
  async close(): Promise<void> {
    this.#leave.abort(new Error("the caller left"));
    while (this.#passes > 0 || this.#round !== undefined) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** One call of the store: what fails and may be tried again waits for the next round, the rest is ready. */
  async #pass(items: AsyncIterable<Put> | Iterable<Put>, known: Map<string, Waiting[]>): Promise<void> {
    this.#passes += 1;
    try {
      for await (const outcome of this.#inner.put(items, this.#io)) {
        const waiting = take(known, outcome.key);
        if (outcome.outcome === "failed" && waiting?.tries.allow(outcome.error) === true) this.#later(waiting);
        else this.#ready.push(outcome);
        this.#wake();
      }
    } catch (error) {
      this.#faults.push(error);
    } finally {
      this.#passes -= 1;
      this.#wake();
    }
  }

  /** The items as they come, each noted by its key; a key that comes twice is noted twice. */
  async *#noting(items: AsyncIterable<Put> | Iterable<Put>, known: Map<string, Waiting[]>): AsyncGenerator<Put> {
    for await (const item of items) {
      const waiting = { item, tries: new Tries(this.#policy) };
      known.set(item.key, [...(known.get(item.key) ?? []), waiting]);
      yield item;
    }
  }

  #later(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#round ??= this.#retry(waiting.tries);
  }

  /** One pause for all that fail during it, for a call of many keys costs less than many calls. */
  async #retry(tries: Tries): Promise<void> {
    try {
      await tries.pause(this.#io.signal);
      const batch = this.#waiting;
      this.#waiting = [];
      this.#round = undefined;
      for (const waiting of batch) if (waiting.tries !== tries) waiting.tries.shareAPause();
      const items = batch.map(({ item }) => item);
      await this.#pass(
        items,
        Map.groupBy(batch, ({ item }) => item.key),
      );
    } catch (error) {
      this.#faults.push(error);
      this.#round = undefined;
      this.#wake();
    }
  }
}

function take(known: Map<string, Waiting[]>, key: string): Waiting | undefined {
  const [first, ...rest] = known.get(key) ?? [];
  if (rest.length > 0) known.set(key, rest);
  else known.delete(key);
  return first;
}
