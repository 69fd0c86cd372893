import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { recordsPrefix } from "../model/keys.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { presentSet } from "../steps/coming-set.ts";
import { bytesToCopy, type CopyJob, decideCopy } from "../steps/decide-copy.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import { findRecords, findUnderNames, type UnderName } from "../steps/find-under-names.ts";

/** What a store needs to have one set whole, and what it has of it. */
export interface PlannedCopy {
  readonly job: CopyJob;
  readonly found: UnderName;
  /** Keys of records that the source has and the store hasn't. */
  readonly records: readonly string[];
}

/** A store that sets are copied to, with a plan a set, by the sets' texts; `error`: why nothing can be copied to it. */
export interface Target {
  readonly store: Store;
  readonly plans: ReadonlyMap<string, PlannedCopy>;
  readonly error?: ColdstoreError;
}

/** What is to be copied out of a store. */
export interface CopyPlan {
  readonly from: Store;
  readonly sets: readonly CompleteSet[];
  readonly onConflict: "fail" | "replace" | "keep";
}

/** Looks what each store has of the sets, side by side, and whether there is room for what it lacks. Writes nothing. */
export async function planCopies(plan: CopyPlan, stores: readonly Store[], io: Io): Promise<readonly Target[]> {
  const names = plan.sets.map(({ name }) => name);
  const source = await findRecords(plan.from, names, io);
  const targets = await Promise.all(
    stores.map(async (store): Promise<Target> => {
      try {
        const found = await findUnderNames(store, names, io);
        return { store, plans: await plansFor({ ...plan, store, found, source }, io) };
      } catch (error) {
        return { store, plans: new Map(), error: whyNot(error, io) };
      }
    }),
  );
  return withRoom(targets, io);
}

interface Planning extends CopyPlan {
  readonly store: Store;
  readonly found: ReadonlyMap<string, UnderName>;
  /** Records that the source has. */
  readonly source: ReadonlyMap<string, readonly string[]>;
}

async function plansFor(planning: Planning, io: Io): Promise<ReadonlyMap<string, PlannedCopy>> {
  const { store, sets, onConflict, source } = planning;
  const plans = new Map<string, PlannedCopy>();
  for (const set of sets) {
    const text = setText(set.name);
    const found = planning.found.get(text);
    if (found === undefined) continue;
    const job = await decideCopy({ store, source: set, found: found.set, onConflict }, io);
    const has = new Set(found.records);
    const records = store.traits.records
      ? (source.get(recordsPrefix(set.name)) ?? []).filter((key) => !has.has(key))
      : [];
    plans.set(text, { job: await unlessUnfit(store, set, job, io), found, records });
  }
  return plans;
}

/** Where sets lie alone, each has a place of its own, which may not take it. */
async function unlessUnfit(store: Store, set: CompleteSet, job: CopyJob, io: Io): Promise<CopyJob> {
  if (!store.traits.flat || job.kind !== "copy") return job;
  const need = { write: true, bytes: bytesToCopy(job), set: presentSet(set) };
  const found = await store.preflight(need, io).catch((error: unknown) => [whyNot(error, io)]);
  const errors = found.map((error) => withSet(set, error));
  const [error, ...others] = errors;
  if (error === undefined) return job;
  return { kind: "refuse", error: others.length === 0 ? error : new SeveralErrors(errors) };
}

/** Of many sets it has to be said which one is meant. */
function withSet({ name }: CompleteSet, error: ColdstoreError): ColdstoreError {
  if (error.message.includes(name.id)) return error;
  const { failure, remedy, transient } = error;
  const options = { cause: error, transient, ...(remedy && { remedy }) };
  return new ColdstoreError(failure, `${setText(name)}: ${error.message}`, options);
}

/** Of stores on one disk each one needs room beside what those before it will take. */
async function withRoom(targets: readonly Target[], io: Io): Promise<readonly Target[]> {
  const taken = new Map<string, number>();
  const all: Target[] = [];
  for (const target of targets) {
    const own = [...target.plans.values()].reduce((sum, { job }) => sum + bytesToCopy(job), 0);
    const disk = await target.store.disk?.().catch(() => undefined);
    const before = disk === undefined ? 0 : (taken.get(disk) ?? 0);
    if (disk !== undefined) taken.set(disk, before + own);
    const errors = own === 0 ? [] : await roomErrors(target.store, before + own, io);
    all.push(errors.length === 0 ? target : { ...target, error: target.error ?? new SeveralErrors(errors) });
  }
  return all;
}

async function roomErrors(store: Store, bytes: number, io: Io): Promise<readonly ColdstoreError[]> {
  return store.preflight({ write: true, bytes }, io).catch((error: unknown) => [whyNot(error, io)]);
}

function whyNot(error: unknown, { signal }: Io): ColdstoreError {
  signal.throwIfAborted();
  return asColdstoreError(error);
}
