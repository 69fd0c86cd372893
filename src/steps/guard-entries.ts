import type { TreeCounts } from "../model/entry.ts";
import type { TargetTraits } from "../ports/restore-target.ts";
import { EntryGuard } from "./entry-guard.ts";
import type { ListedEntry } from "./restore-list.ts";
import { checkOutputPlaces, outputPath, outputsOf } from "./restore-outputs.ts";
import type { LinkRules, RestoreEnd, RestoreSource } from "./restore-source.ts";

/** What of a set may be made. */
export interface Admitted {
  readonly skipped: ReadonlySet<ListedEntry>;
  readonly end: RestoreEnd;
}

/** Throws `unsafe` when a set's file list, or its build outputs, have anything that must not be made in such a target. */
export function admitAll(
  source: RestoreSource,
  listed: readonly ListedEntry[],
  { symlinks, outwardLinks, traits }: LinkRules & { readonly traits: TargetTraits },
): Admitted {
  const outputs = outputsOf(source);
  checkOutputPlaces(outputs, listed);
  const guard = new EntryGuard({ symlinks, outwardLinks, traits, isCheckout: source.content.mode === "snapshot" });
  const skipped = new Set<ListedEntry>();
  for (const one of listed) {
    const { path, link, entry } = one;
    const made = guard.admit({ path, type: entry.type, ...(link !== undefined && { link }) });
    if (made === "skip") skipped.add(one);
  }
  for (const output of outputs) guard.admit({ path: outputPath(output), type: "file" });
  const counts = countsOf(listed, skipped);
  return { skipped, end: { counts, files: outputs.length, ...guard.finish() } };
}

function countsOf(listed: readonly ListedEntry[], skipped: ReadonlySet<ListedEntry>): TreeCounts {
  const counts = { files: 0, dirs: 0, symlinks: 0, bytes: 0 };
  for (const one of listed) {
    if (skipped.has(one)) continue;
    if (one.entry.type === "file") counts.files += 1;
    else if (one.entry.type === "dir") counts.dirs += 1;
    else counts.symlinks += 1;
    counts.bytes += one.entry.size;
  }
  return counts;
}
