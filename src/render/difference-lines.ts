import type { EntryChange } from "../model/details.ts";
import { type Entry, hasSameMode } from "../model/entry.ts";
import { formatBytes } from "../model/units.ts";
import { visibleText } from "../model/visible-text.ts";

/** What stands before a path that came, went or changed. */
export const changeSigns: Readonly<Record<EntryChange["change"], string>> = { added: "+", removed: "-", changed: "~" };

/** One line a change: `+ new.txt  1200 B`, `- old.txt  800 B`, `~ both.txt  1.2 MB -> 1.3 MB`. */
export function differenceLines(changes: readonly EntryChange[]): readonly string[] {
  return changes.map((change) => {
    const facts = factsOf(change);
    return [`${changeSigns[change.change]} ${visibleText(change.path)}`, ...facts].join("  ");
  });
}

function factsOf({ before, after }: EntryChange): readonly string[] {
  if (before !== undefined && after !== undefined) return [changesOf(before, after).join(", ")];
  const entry = after ?? before;
  return entry === undefined ? [] : [entryFact(entry)];
}

function changesOf(before: Entry, after: Entry): readonly string[] {
  if (before.type !== after.type) return [`${entryFact(before)} -> ${entryFact(after)}`];
  const content = before.sha256 !== after.sha256 || before.size !== after.size || before.link !== after.link;
  return [
    ...(content ? [contentChange(before, after)] : []),
    ...(hasSameMode(before, after) ? [] : [`mode ${before.mode.toString(8)} -> ${after.mode.toString(8)}`]),
  ];
}

function contentChange(before: Entry, after: Entry): string {
  if (before.type === "file" && before.size === after.size) return `${bytesText(after.size)}, other content`;
  return `${entryFact(before)} -> ${entryFact(after)}`;
}

function entryFact(entry: Entry): string {
  switch (entry.type) {
    case "file":
      return bytesText(entry.size);
    case "symlink":
      return `link to ${visibleText(entry.link ?? "")}`;
    case "dir":
      return "folder";
  }
}

// Two sizes that read alike would hide the difference, so small ones are given to the byte.
function bytesText(bytes: number): string {
  return bytes < 100_000 ? `${bytes} B` : formatBytes(bytes);
}
