import type { Plan } from "../model/details.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";

// These read differently from clone to clone, or from day to day: abbreviated ids, names of whatever refs are around,
// names and addresses by .mailmap, relative dates, signatures. Source: git help log, "pretty formats".
const unstable = /\$Format:[^$\n]*%(?:[hptdD]|[ac][NELrh]|G|\(describe)[^$\n]*\$/;

/** The lines in which export-subst puts what a stable archive spells out or leaves out. */
export async function findExpansions(
  repository: Repository,
  entries: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<Plan["exportSubst"]> {
  const found: Plan["exportSubst"][number][] = [];
  let i = 0;
  for await (const { data } of repository.blobs(
    entries.map(({ oid }) => oid),
    signal,
  )) {
    const path = entries[i]?.path ?? "";
    for (const line of Buffer.from(data).toString().split("\n")) if (unstable.test(line)) found.push({ path, line });
    i += 1;
  }
  return found;
}
