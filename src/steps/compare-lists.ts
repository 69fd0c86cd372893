import type { EntryChange } from "../model/details.ts";
import { type Entry, hasSameMode } from "../model/entry.ts";

/** How the entries of two sets differ, in the order of the lists. */
export async function compareLists(
  before: AsyncIterable<Entry>,
  after: AsyncIterable<Entry>,
): Promise<readonly EntryChange[]> {
  const earlier = new Map<string, Entry>();
  for await (const entry of before) earlier.set(keyOfEntry(entry), entry);
  const changes: EntryChange[] = [];
  for await (const entry of after) {
    const old = earlier.get(keyOfEntry(entry));
    earlier.delete(keyOfEntry(entry));
    if (old === undefined) changes.push({ path: entry.path, change: "added", after: entry });
    else if (!isSameEntry(old, entry)) changes.push({ path: entry.path, change: "changed", before: old, after: entry });
  }
  const removed = [...earlier.values()].map((entry): EntryChange => ({
    path: entry.path,
    change: "removed",
    before: entry,
  }));
  return [...changes, ...removed].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** A text that only entries of the same path have, whatever its bytes are. */
export function keyOfEntry({ path, pathBytes }: Entry): string {
  return pathBytes === undefined ? path : `${path}\0${Buffer.from(pathBytes).toString("latin1")}`;
}

/** Whether two entries are the same in everything but where their content lies. */
export function isSameEntry(a: Entry, b: Entry): boolean {
  return a.type === b.type && hasSameMode(a, b) && a.size === b.size && a.sha256 === b.sha256 && leadsToSame(a, b);
}

function leadsToSame(a: Entry, b: Entry): boolean {
  if (a.linkBytes === undefined || b.linkBytes === undefined) return a.link === b.link && a.linkBytes === b.linkBytes;
  return Buffer.compare(a.linkBytes, b.linkBytes) === 0;
}
