import { type ArchiveSet, isProven } from "../model/archive-set.ts";
import { setText } from "../model/set-name.ts";
import type { CompleteSet } from "./find-standing.ts";
import type { SetCopy } from "./select-sets.ts";
import { whyUnsound } from "./why-unsound.ts";

interface Taken {
  /** All copies of sets that could be restored. */
  readonly whole: readonly { readonly set: CompleteSet }[];
  /** The one that is. */
  readonly best: { readonly set: CompleteSet };
}

/** Why copies of the set that is taken aren't, and why sets aren't that may be newer; a sentence each. */
export function passedOver(copies: readonly SetCopy[], { whole, best }: Taken): readonly string[] {
  const taken = best.set.manifest.run.started;
  const elsewhere = new Set(whole.map(({ set }) => setText(set.name)));
  return copies.flatMap(({ store, set }) => {
    if (set.leftover) return [];
    const name = setText(set.name);
    const unsound = whyUnsound(set);
    if (name === setText(best.set.name))
      return unsound === undefined ? [] : [`the copy of ${name} in ${store.name} isn't taken: ${unsound}`];
    const why = unsound ?? whyUnproven(set);
    const age = ageBeside(set, taken);
    if (why === undefined || age === undefined || (unsound !== undefined && elsewhere.has(name))) return [];
    return [`${name} in ${store.name} ${age}, and isn't taken: ${why}`];
  });
}

/** Undefined: older. The times of files tell when they were copied, maybe, and what tells no time may well be newer. */
function ageBeside(set: ArchiveSet, taken: string): string | undefined {
  if (set.state === "complete") return set.manifest.run.started > taken ? "is newer" : undefined;
  const times = set.files.flatMap(({ modified }) => modified?.getTime() ?? []);
  return times.length === 0 || Math.max(...times) > Date.parse(taken) ? "may be newer" : undefined;
}

function whyUnproven(set: ArchiveSet): string | undefined {
  return set.state !== "complete" || isProven(set, set.manifest) ? undefined : "it was never proven";
}
