import type { Entry } from "../model/entry.ts";
import { keyOfEntry } from "./compare-lists.ts";
import { Difference, type DifferenceInNumbers, type Trace } from "./difference.ts";

/** The file lists of two sets; each may be opened twice. */
export interface TwoLists {
  before(): AsyncIterable<Entry>;
  after(): AsyncIterable<Entry>;
}

/**
 * How two sets differ in files, links and empty folders. Goes through their lists side by side and keeps nothing of them, for
 * nearly all are sorted; of two that aren't it keeps what only one of them has had so far.
 */
export async function sumUpDifference(lists: TwoLists): Promise<DifferenceInNumbers> {
  try {
    return await goThrough(lists, "sorted");
  } catch (error) {
    if (!(error instanceof Unsorted)) throw error;
    // A submodule's folder stands in the order of git where a file of its name would.
    return goThrough(lists, "any");
  }
}

type Order = "sorted" | "any";

class Unsorted extends Error {}

async function goThrough(lists: TwoLists, order: Order): Promise<DifferenceInNumbers> {
  const difference = new Difference();
  const alone = order === "sorted" ? "for good" : "so far";
  const [old, now] = [tracesIn(lists.before(), order), tracesIn(lists.after(), order)];
  try {
    let [was, is] = [await old.next(), await now.next()];
    while (was.done !== true || is.done !== true) {
      if (was.done !== true && is.done !== true && was.value.key === is.value.key) {
        difference.pair(was.value, is.value);
        [was, is] = [await old.next(), await now.next()];
      } else if (was.done !== true && (is.done === true || was.value.key < is.value.key)) {
        difference.before(was.value, alone);
        was = await old.next();
      } else if (is.done !== true) {
        difference.after(is.value, alone);
        is = await now.next();
      }
    }
    return difference.inNumbers();
  } finally {
    await Promise.all([old.return(), now.return()]);
  }
}

async function* tracesIn(entries: AsyncIterable<Entry>, order: Order): AsyncGenerator<Trace, void, undefined> {
  let folder: Trace | undefined;
  let last = "";
  for await (const entry of entries) {
    const path = keyOfEntry(entry);
    const isFolder = entry.type === "dir";
    const trace = { key: isFolder ? `${path}/` : path, entry, full: false };
    if (order === "sorted" && trace.key <= last) throw new Unsorted();
    last = trace.key;
    // What a folder holds comes right behind it.
    if (folder !== undefined) yield path.startsWith(folder.key) ? { ...folder, full: true } : folder;
    folder = isFolder ? trace : undefined;
    if (!isFolder) yield trace;
  }
  if (folder !== undefined) yield folder;
}
