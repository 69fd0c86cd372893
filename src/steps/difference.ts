import type { ChangeExample, SinceLast } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { isSameEntry } from "./compare-lists.ts";

const shown = 20;

/** How two sets differ, with the biggest 20 entries that do. */
export type DifferenceInNumbers = Required<Omit<SinceLast, "set">>;

/** An entry as a difference sees it. */
export interface Trace {
  /** Its path, a folder's with a slash behind it; grows from entry to entry of a sorted list. */
  readonly key: string;
  readonly entry: Entry;
  /** A folder with something in it, which counts by that alone. */
  readonly full: boolean;
}

/** Sums up what differs, while the entries of two lists are told to it: those of both as pairs, the others alone. */
export class Difference {
  readonly #before = new Map<string, Trace>();
  readonly #after = new Map<string, Trace>();
  readonly #counts = { added: 0, removed: 0, changed: 0 };
  #bytes = 0;
  #examples: BigChange[] = [];

  /** An entry that both lists have, if not the same. */
  pair(was: Trace, is: Trace): void {
    if (is.full || isSameEntry(was.entry, is.entry)) return;
    this.#count("changed", is.entry, is.entry.size - was.entry.size);
  }

  /** An entry of the earlier list that the later one hasn't got, or hasn't had so far. */
  before(was: Trace, alone: "for good" | "so far"): void {
    if (alone === "for good") return this.#removed(was);
    const is = this.#after.get(was.key);
    if (is === undefined) this.#before.set(was.key, was);
    else if (this.#after.delete(was.key)) this.pair(was, is);
  }

  /** The same of the later list. */
  after(is: Trace, alone: "for good" | "so far"): void {
    if (alone === "for good") return this.#added(is);
    const was = this.#before.get(is.key);
    if (was === undefined) this.#after.set(is.key, is);
    else if (this.#before.delete(is.key)) this.pair(was, is);
  }

  /** When both lists have ended. */
  inNumbers(): DifferenceInNumbers {
    for (const was of this.#before.values()) this.#removed(was);
    for (const is of this.#after.values()) this.#added(is);
    const examples = biggest(this.#examples).map(({ path, change, bytes }) => ({ path, change, bytes }));
    return { ...this.#counts, bytes: this.#bytes, examples };
  }

  #removed({ entry, full }: Trace): void {
    if (!full) this.#count("removed", entry, -entry.size);
  }

  #added({ entry, full }: Trace): void {
    if (!full) this.#count("added", entry, entry.size);
  }

  #count(change: ChangeExample["change"], { path, pathBytes, size }: Entry, grown: number): void {
    this.#counts[change] += 1;
    this.#bytes += grown;
    this.#examples.push({ path, change, bytes: size, ...(pathBytes && { pathBytes }) });
    if (this.#examples.length > 50 * shown) this.#examples = biggest(this.#examples);
  }
}

interface BigChange extends Required<ChangeExample> {
  readonly pathBytes?: Uint8Array;
}

function biggest(changes: readonly BigChange[]): BigChange[] {
  return changes.toSorted((a, b) => b.bytes - a.bytes || Buffer.compare(bytesOf(a), bytesOf(b))).slice(0, shown);
}

function bytesOf({ path, pathBytes }: BigChange): Uint8Array {
  return pathBytes ?? Buffer.from(path);
}
