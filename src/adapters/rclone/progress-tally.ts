import type { Io, ProgressEvent } from "../../ports/store.ts";

/** Tells the progress of keys so that each comes to its size, whatever was tried how often. */
export class ProgressTally {
  readonly io: Io;
  readonly #outer: Io;
  readonly #left: Map<string, number>;

  constructor(sizes: Iterable<readonly [key: string, bytes: number]>, outer: Io) {
    this.#outer = outer;
    this.#left = new Map(sizes);
    this.io = { signal: outer.signal, progress: (event) => this.#pass(event) };
  }

  /** All of a key's bytes have arrived. */
  finish(key: string): void {
    this.#pass({ key, bytes: this.#left.get(key) ?? 0 });
  }

  #pass({ key, bytes }: ProgressEvent): void {
    const left = this.#left.get(key) ?? 0;
    const passed = Math.min(left, bytes);
    if (passed <= 0) return;
    this.#left.set(key, left - passed);
    this.#outer.progress({ key, bytes: passed });
  }
}
