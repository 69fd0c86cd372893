/** Items that are still being made, for several readers at once: each sees all of them, in order, as they come. */
export class GrowingList<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #state: { readonly done: boolean; readonly error?: unknown } = { done: false };
  #change = Promise.withResolvers<void>();

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#state = { done: true };
    this.#wake();
  }

  /** Readers get the error after the items before it. */
  fail(error: unknown): void {
    this.#state = { done: true, error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let i = 0; ;) {
      const item = this.#items[i];
      if (i < this.#items.length && item !== undefined) {
        i += 1;
        yield item;
      } else if (this.#state.done) {
        if (this.#state.error !== undefined) throw this.#state.error;
        return;
      } else await this.#change.promise;
    }
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
