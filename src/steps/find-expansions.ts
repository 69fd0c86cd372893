import type { Plan } from "../model/details.ts";
import type { Repository } from "../ports/repository.ts";
import { readEntries, type SnapshotEntry } from "./commit-tree.ts";

// These read differently from clone to clone, or from day to day: abbreviated ids, names of whatever refs are around,
// names and addresses by .mailmap, relative dates, signatures. Source: git help log, "pretty formats".
const unstable = /\$Format:[^$\n]*%(?:[hptdD]|[ac][NELrh]|G|\(describe)[^$\n]*\$/;

/** The lines in which export-subst puts what a stable archive spells out or leaves out; an entry without a repository of its own is in this one. */
export async function findExpansions(
  repository: Repository,
  entries: readonly SnapshotEntry[],
  signal: AbortSignal,
): Promise<Plan["exportSubst"]> {
  const found: Plan["exportSubst"][number][] = [];
  for await (const { entry, data } of readEntries(repository, entries, signal))
    for (const line of Buffer.from(data).toString().split("\n"))
      if (unstable.test(line)) found.push({ path: entry.path, line });
  return found;
}
