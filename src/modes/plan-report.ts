import type { Plan } from "../model/details.ts";
import type { ColdstoreError } from "../model/errors.ts";
import { type Outcome, type Report, type Status, wordFor } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import { recallRate } from "../steps/recall-rate.ts";
import type { Foreseen } from "./foresee.ts";
import type { MakingOrder } from "./making-order.ts";

/** Up to this size of the tar archives are made to count their bytes; above, samples are compressed. */
export const exactTarBytes = 64 * 1024 * 1024;

/** What a dry run found out. */
export interface Found {
  readonly order: Pick<MakingOrder, "settings" | "set" | "name" | "warnings">;
  readonly plan: Plan;
  readonly wouldBe: readonly Foreseen[];
  /** What stands against making the set at all. */
  readonly inTheWay: readonly ColdstoreError[];
}

/** The report of a dry run. What would stop the run makes it red. */
export function planReport({ order, plan, wouldBe, inTheWay }: Found): Report {
  const { settings, set, name, warnings } = order;
  const outcomes = wouldBe.map(({ outcome }) => stopped(outcome, inTheWay));
  const errors = [...inTheWay, ...wouldBe.flatMap(({ error }) => error ?? [])];
  const status = statusOf(errors);
  return {
    mode: settings.mode,
    status,
    outcomes,
    warnings,
    errors,
    outputs: { status, set: set.id, name, stores: outcomes },
    details: { kind: "plan", plan },
  };
}

/** Nothing can be stored of a source that has something against it. */
function stopped(outcome: Outcome, inTheWay: readonly ColdstoreError[]): Outcome {
  if (outcome.outcome !== "would-store" || inTheWay.length === 0) return outcome;
  return { ...outcome, outcome: "failed", detail: inTheWay.map(({ message }) => message).join("\n") };
}

/** As the making run's would be. */
function statusOf(errors: readonly ColdstoreError[]): Status {
  if (errors.length === 0) return "planned";
  const words = new Set(errors.map(wordFor));
  return words.has("failed") ? "failed" : words.has("conflict") ? "conflict" : "immutable";
}

/** The archives that would be stored in parts. */
export function splitsOf(sizes: Plan["sizes"], splitSize: number | undefined): Plan["splits"] {
  if (splitSize === undefined) return [];
  return sizes
    .filter(({ bytes }) => bytes > splitSize)
    .map(({ format, bytes, exact }) => ({ format, parts: Math.ceil(bytes / splitSize), exact }));
}

/** The first thing that a store remembers; of stores that can't be read, nothing. */
export async function firstMemory<T>(
  { stores, signal }: Pick<Ports, "stores" | "signal">,
  remember: (store: Store, io: Io) => Promise<T | undefined>,
): Promise<T | undefined> {
  const io: Io = { signal, progress: () => undefined };
  for (const store of stores) {
    const memory = await remember(store, io).catch(() => undefined);
    signal.throwIfAborted();
    if (memory !== undefined) return memory;
  }
  return undefined;
}

/** How long a run will take, at the rate that a store remembers of earlier ones. */
export async function expectedSeconds(
  store: Store,
  { project, tarBytes }: { readonly project: string; readonly tarBytes: number },
  io: Io,
): Promise<number | undefined> {
  const rate = await recallRate(store, project, io).catch(() => undefined);
  return rate === undefined ? undefined : tarBytes / rate;
}
