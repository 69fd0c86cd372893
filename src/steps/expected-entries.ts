import type { Entry } from "../model/entry.ts";
import { padded } from "./tar-reader.ts";

/** A cursor over a file list that can look ahead: it knows where in the tar contents lie. */
export class ExpectedEntries {
  readonly #source: AsyncIterator<Entry>;
  readonly #ahead: Entry[] = [];
  #ended = false;

  constructor(entries: AsyncIterable<Entry>) {
    this.#source = entries[Symbol.asyncIterator]();
  }

  /** The next entry, which stays the next; undefined behind the last. */
  async peek(): Promise<Entry | undefined> {
    if (this.#ahead.length === 0) await this.#pull();
    return this.#ahead[0];
  }

  /** Goes one entry on. */
  skip(): void {
    this.#ahead.shift();
  }

  /** The first content that ends (padding counted) behind `position` of the tar, among this entry and the next ones. */
  async contentAt(position: number): Promise<{ readonly start: number; readonly end: number } | undefined> {
    for (let i = 0; i < this.#ahead.length || (await this.#pull()); i++) {
      const { offset, size } = this.#ahead[i] ?? { size: 0 };
      if (offset !== undefined && size > 0 && offset + padded(size) > position)
        return { start: offset, end: offset + padded(size) };
    }
    return undefined;
  }

  /** Whether one of the next entries is `wanted`, looking ahead as long as they belong to a `group`. */
  async hasAhead(wanted: (entry: Entry) => boolean, group: (entry: Entry) => boolean): Promise<boolean> {
    for (let i = 0; i < this.#ahead.length || (await this.#pull()); i++) {
      const entry = this.#ahead[i];
      if (entry === undefined || !group(entry)) return false;
      if (wanted(entry)) return true;
    }
    return false;
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #pull(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#source.next();
    if (next.done === true) this.#ended = true;
    else this.#ahead.push(next.value);
    return !this.#ended;
  }
}
