/** How many pieces of work run at once, and what ends them. */
export interface Bounds {
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * Does the work for each item as it comes, and yields the results as they are ready. When `items` or the work throws, or the
 * signal aborts, what is under way is waited for, its results are yielded, and the error or the signal's reason is thrown.
 */
export async function* concurrently<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  bounds: Bounds,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pool = new Pool(items, bounds, work);
  try {
    yield* pool.results();
  } finally {
    await pool.close();
  }
}

class Pool<T, R> {
  readonly #source: AsyncIterator<T> | Iterator<T>;
  readonly #bounds: Bounds;
  readonly #work: (item: T) => Promise<R>;
  readonly #ready: { readonly value: R }[] = [];
  #faults: unknown[] = [];
  #busy = 0;
  #pulling = false;
  #exhausted = false;
  #wake = (): void => {};

  constructor(items: AsyncIterable<T> | Iterable<T>, bounds: Bounds, work: (item: T) => Promise<R>) {
    this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#bounds = bounds;
    this.#work = work;
    bounds.signal.addEventListener("abort", this.#stir);
  }

  async *results(): AsyncGenerator<R> {
    const { signal } = this.#bounds;
    for (;;) {
      this.#pull();
      const next = this.#ready.shift();
      if (next !== undefined) {
        yield next.value;
        continue;
      }
      if (this.#busy === 0) {
        signal.throwIfAborted();
        if (this.#faults.length > 0) throw this.#faults[0];
        if (this.#exhausted && !this.#pulling) return;
      }
      await this.#change();
    }
  }

  /** Starts nothing more; resolves when nothing runs. */
  async close(): Promise<void> {
    if (!this.#exhausted) this.#leaveSource();
    while (this.#busy > 0) await this.#change();
    this.#bounds.signal.removeEventListener("abort", this.#stir);
  }

  readonly #stir = (): void => this.#wake();

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #pull(): void {
    const full = this.#busy + this.#ready.length >= this.#bounds.limit;
    if (full || this.#pulling || this.#exhausted || this.#bounds.signal.aborted) return;
    this.#pulling = true;
    void this.#advance();
  }

  async #advance(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done === true) this.#exhausted = true;
      else if (!this.#exhausted && !this.#bounds.signal.aborted) void this.#run(next.value);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pulling = false;
      this.#wake();
    }
  }

  async #run(item: T): Promise<void> {
    this.#busy += 1;
    try {
      this.#ready.push({ value: await this.#work(item) });
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy -= 1;
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
