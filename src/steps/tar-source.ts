import { Readable } from "node:stream";

/**
 * A tar that is read once, from a stream or a generator. An abort ends a read that is waiting, with the signal's reason.
 * Whoever made one closes it.
 */
export class TarSource {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  #waiting = false;

  constructor(source: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#source = source;
    this.#iterator = source[Symbol.asyncIterator]();
    this.#signal = signal;
    // Errors are met by whoever reads; before and after that a stream must not end the process with one.
    if (source instanceof Readable) source.on("error", ignore);
  }

  /** What it gives, in order; to be called once. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let next = await this.#next(); next.done !== true; next = await this.#next()) yield next.value;
  }

  /** Destroys a stream, returns a generator: its own cleaning up has run then, unless it still waits for something. */
  async close(): Promise<void> {
    if (this.#source instanceof Readable) this.#source.destroy();
    const closed = Promise.resolve(this.#iterator.return?.()).catch(ignore);
    // A generator comes to its return only when what it waits for has come; that may be never.
    if (!this.#waiting) await closed;
  }

  async #next(): Promise<IteratorResult<Uint8Array, unknown>> {
    const signal = this.#signal;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Uint8Array, unknown>>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting = true;
    void this.#iterator
      .next()
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener("abort", abort);
        this.#waiting = false;
      });
    return promise;
  }
}

function ignore(): void {
  // Met elsewhere.
}
