import type { Entry } from "../model/entry.ts";
import type { Io } from "../ports/store.ts";
import { bytesOf } from "./byte-text.ts";
import type { IndexedList } from "./indexed-list.ts";

interface RunEntry {
  readonly entry: Entry;
  readonly isAsked: boolean;
}

/** A part of a file list. */
export interface ListRun {
  /** `within`: it begins with a file, behind which the tar's next header is. */
  readonly part: "start" | "within";
  /** All that lies at a path or below it, and what is around that: no more than tells where it lies in the tar. */
  readonly entries: readonly RunEntry[];
}

/**
 * Finds what lies at a path, or below it, by the list's index. Trees are listed whole, so that all of a folder stands together.
 * Undefined when nothing is found there; it may be elsewhere in the list.
 */
export async function readRun(list: IndexedList, path: string, io: Io): Promise<ListRun | undefined> {
  const [asFile, asFolder] = [bytesOf(path), bytesOf(`${path}/`)];
  const until = list.blockOf(bytesOf(`${path}0`));
  const blocks = new Set([list.blockOf(asFile), list.blockOf(asFolder)]);
  for (const block of blocks) {
    // What is to be read along is read along only where a folder is looked for.
    const run = await runFrom(list, { path, block, until: block === list.blockOf(asFolder) ? until : block }, io);
    if (run !== undefined) return withBefore(list, { path, block, run }, io);
  }
  return undefined;
}

interface Place {
  readonly path: string;
  readonly block: number;
}

/** What was found from a block on; undefined when nothing that starts in the block is asked for. */
async function runFrom(
  list: IndexedList,
  { path, block, until }: Place & { readonly until: number },
  io: Io,
): Promise<RunEntry[] | undefined> {
  const run: RunEntry[] = [];
  let hasBegun = false;
  for await (const { entry, block: at } of list.entries(block, until, io)) {
    const isAsked = isWithin(entry, path);
    if (!hasBegun && !isAsked && at > block) return undefined;
    hasBegun ||= isAsked;
    run.push({ entry, isAsked });
    if (hasBegun && entry.type === "file" && (!isAsked || entry.path === path)) return run;
  }
  return hasBegun ? run : undefined;
}

/** Goes back until it is known where the run begins in the tar, and that nothing of the folder comes before. */
async function withBefore(
  list: IndexedList,
  { path, block, run }: Place & { readonly run: RunEntry[] },
  io: Io,
): Promise<ListRun> {
  let entries = run;
  for (let at = block; ; at--) {
    const first = entries.findIndex(({ isAsked }) => isAsked);
    const before = entries.slice(0, first).findLastIndex(({ entry }) => entry.type === "file");
    if (before !== -1) return { part: "within", entries: entries.slice(before) };
    if (at === 0) return { part: "start", entries };
    entries = [
      ...(await entriesIn(list, at - 1, io)).map((entry) => ({ entry, isAsked: isWithin(entry, path) })),
      ...entries,
    ];
  }
}

async function entriesIn(list: IndexedList, block: number, io: Io): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { entry, block: at } of list.entries(block, block, io)) {
    if (at > block) break;
    entries.push(entry);
  }
  return entries;
}

function isWithin(entry: Entry, path: string): boolean {
  return entry.path === path || entry.path.startsWith(`${path}/`);
}
