import { asColdstoreError, type ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Shown, Store } from "../ports/store.ts";
import { type Asked, chooseRecipes } from "../steps/choose-recipes.ts";
import { needsFiles, type Job } from "../steps/decide-job.ts";
import type { JobResult } from "../steps/do-job.ts";
import { tellFailure } from "../steps/tell-stores.ts";
import { endJobs } from "./end-jobs.ts";
import { jobIn } from "./job-in.ts";
import { keepStanding } from "./keep-made.ts";
import { makeAndStore } from "./make-and-store.ts";
import type { MakingOrder } from "./making-order.ts";
import type { ScratchPlan } from "./plan-scratch.ts";

/** How one store's part of a making run ended. */
export interface StoreEnd {
  readonly store: Store;
  readonly job: Job;
  readonly result: JobResult;
  readonly seconds: number;
  /** Where the set can be seen, if its store has shown it. */
  readonly shown?: Shown;
  /** Paths of the set's files, by their names, where they were left for later steps. */
  readonly kept?: ReadonlyMap<string, string>;
  /** Why they weren't, although they should have been. */
  readonly unkept?: string;
}

/** Where a set is brought, and with what. */
export interface Filling {
  readonly stores: readonly Store[];
  readonly ports: Ports;
  readonly scratch: ScratchPlan;
}

/** Brings the ordered set into every store, side by side; makes its files once, for sets to be repaired as they were made, and only if a store needs them. */
export async function fillStores(
  order: MakingOrder,
  { stores, ports, scratch }: Filling,
  io: Io,
): Promise<readonly StoreEnd[]> {
  const places = await Promise.all(stores.map(async (store) => ({ store, job: await jobOrRefusal(store, order, io) })));
  const recipes = chooseRecipes(places, askedOf(order));
  if (recipes.length > 0 && scratch.errors.length > 0) throw await toldNoRoom(order, { stores, ports, scratch }, io);
  const run = await order.describe(ports.signal);
  const idle = places.filter(({ job }) => !needsFiles(job));
  const work = { order, run, ports, scratch };
  const ends = [...(await endJobs({ ...work, base: order.name, formats: [], places: idle }, io))];
  // One after the other: scratch then holds one making at a time.
  for (const each of recipes) ends.push(...(await makeAndStore({ ...work, ...each }, io)));
  const all = places.flatMap(({ store }) => ends.filter((end) => end.store === store));
  return all.some(({ kept, unkept }) => kept !== undefined || unkept !== undefined)
    ? all
    : keepStanding(all, ports.workspace, io);
}

/** What stands against making anything; stores that keep a history have it. */
async function toldNoRoom({ set }: MakingOrder, { stores, ports, scratch }: Filling, io: Io): Promise<ColdstoreError> {
  const error = new SeveralErrors(scratch.errors);
  await tellFailure(stores, { set, stamp: { time: ports.now(), run: ports.run.id }, error }, io);
  return error;
}

/** What the run was told to make. */
export function askedOf({ settings, name, files }: Pick<MakingOrder, "settings" | "name" | "files">): Asked {
  const { formats, compressionLevel: level, splitSize } = settings;
  return {
    name,
    files: files.map((file) => file.name),
    formats,
    ...(level !== undefined && { level }),
    ...(splitSize !== undefined && { splitSize }),
  };
}

async function jobOrRefusal(store: Store, order: MakingOrder, io: Io): Promise<Job> {
  try {
    return await jobIn(store, order, io);
  } catch (error) {
    io.signal.throwIfAborted();
    return { kind: "refuse", error: asColdstoreError(error) };
  }
}
