import type { Put, PutOutcome } from "../../ports/store.ts";

// What waits may fill the disk beside what is on its way: no more than one that is bigger than this.
const mostBytes = 64 * 1024 * 1024;
const mostItems = 500;

export interface BatchWork {
  readonly signal: AbortSignal;
  /** Stores items of different keys and resolves to an outcome for each; rejects for an abort alone. */
  store(items: readonly Put[], signal: AbortSignal): Promise<readonly PutOutcome[]>;
}

/**
 * Stores the items as they come, in one call at a time: the first at once, and together what comes while a call is at work.
 * Bounded: what waits is at most one large item, or small ones. When `items` throw, what is at work is waited for, then the error is
 * thrown; an abort is thrown as soon as the call has ended.
 */
export async function* batchedPuts(
  items: AsyncIterable<Put> | Iterable<Put>,
  work: BatchWork,
): AsyncGenerator<PutOutcome> {
  const batches = new Batches(items, work);
  try {
    yield* batches.outcomes();
  } finally {
    await batches.close();
  }
}

class Batches {
  readonly #source: AsyncIterator<Put> | Iterator<Put>;
  readonly #work: BatchWork;
  readonly #leave = new AbortController();
  readonly #ready: PutOutcome[] = [];
  readonly #faults: unknown[] = [];
  #waiting: Put[] = [];
  #busy = false;
  #pulling = false;
  #exhausted = false;
  #wake = (): void => {};

  constructor(items: AsyncIterable<Put> | Iterable<Put>, work: BatchWork) {
    this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#work = work;
    work.signal.addEventListener("abort", this.#stir);
  }

  async *outcomes(): AsyncGenerator<PutOutcome> {
    const { signal } = this.#work;
    for (;;) {
      const next = this.#ready.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      this.#pull();
      if (!this.#busy) {
        signal.throwIfAborted();
        if (this.#faults.length > 0) throw this.#faults[0];
        if (this.#exhausted && !this.#pulling && this.#waiting.length === 0) return;
        if (this.#waiting.length > 0) {
          if (await this.#hasSettled()) void this.#run(this.#nextBatch());
          continue;
        }
      }
      if (this.#ready.length === 0) await this.#change();
    }
  }

  /** Starts nothing more; resolves when nothing runs. */
  async close(): Promise<void> {
    if (!this.#exhausted) this.#leaveSource();
    this.#leave.abort(new Error("the caller left"));
    while (this.#busy) await this.#change();
    this.#work.signal.removeEventListener("abort", this.#stir);
  }

  readonly #stir = (): void => this.#wake();

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Items that are there already come together; nothing that has to be waited for is. */
  async #hasSettled(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#faults.length === 0 && !this.#work.signal.aborted;
  }

  /** Items of different keys: of one that comes twice, the first decides. */
  #nextBatch(): readonly Put[] {
    const keys = new Set<string>();
    const batch = this.#waiting.filter(({ key }) => !keys.has(key) && keys.add(key));
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((item) => !taken.has(item));
    return batch;
  }

  #pull(): void {
    const { signal } = this.#work;
    if (this.#pulling || this.#exhausted || this.#ready.length > 0 || this.#isFull() || signal.aborted) return;
    this.#pulling = true;
    void this.#advance();
  }

  #isFull(): boolean {
    const bytes = this.#waiting.reduce((sum, { artifact }) => sum + artifact.bytes, 0);
    return this.#waiting.length >= mostItems || bytes >= mostBytes;
  }

  async #advance(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done === true) this.#exhausted = true;
      else if (!this.#exhausted) this.#waiting.push(next.value);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pulling = false;
    }
    this.#pull();
    this.#wake();
  }

  async #run(batch: readonly Put[]): Promise<void> {
    this.#busy = true;
    const signal = AbortSignal.any([this.#work.signal, this.#leave.signal]);
    try {
      this.#ready.push(...(await this.#work.store(batch, signal)));
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
      this.#wake();
    }
  }

  #fail(error: unknown): void {
    this.#faults.push(error);
    this.#exhausted = true;
  }

  #leaveSource(): void {
    this.#exhausted = true;
    // Not awaited: a generator that waits for something that never comes doesn't return either.
    void Promise.resolve(this.#source.return?.()).catch(() => {});
  }
}
