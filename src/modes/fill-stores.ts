import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { ManifestRun } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { formatBytes, formatDuration } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Shown, Store } from "../ports/store.ts";
import { type Asked, chooseRecipes, type Recipe } from "../steps/choose-recipes.ts";
import { needsFiles, type Job } from "../steps/decide-job.ts";
import { doJob, type JobResult } from "../steps/do-job.ts";
import type { SetInTheMaking } from "../steps/make-set.ts";
import { showSet } from "../steps/show-set.ts";
import { jobIn } from "./job-in.ts";
import { keepMade, keepStanding } from "./keep-made.ts";
import type { MakingOrder } from "./making-order.ts";

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

interface Place {
  readonly store: Store;
  readonly job: Job;
}

/** Brings the ordered set into every store, side by side; makes its files once, for sets to be repaired as they were made, and only if a store needs them. */
export async function fillStores(
  order: MakingOrder,
  { stores, ports }: { readonly stores: readonly Store[]; readonly ports: Ports },
  io: Io,
): Promise<readonly StoreEnd[]> {
  const places = await Promise.all(stores.map(async (store) => ({ store, job: await jobOrRefusal(store, order, io) })));
  const recipes = chooseRecipes(places, askedOf(order));
  const run = await order.describe(ports.signal);
  const idle = places.filter(({ job }) => !needsFiles(job));
  const ends = [...(await endJobs({ order, run, ports, base: order.name, places: idle }, io))];
  // One after the other: scratch then holds one making at a time.
  for (const each of recipes) ends.push(...(await withFiles({ order, run, ports, ...each }, io)));
  const all = places.flatMap(({ store }) => ends.filter((end) => end.store === store));
  return all.some(({ kept, unkept }) => kept !== undefined || unkept !== undefined)
    ? all
    : keepStanding(all, ports.workspace, io);
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

interface Work {
  readonly order: MakingOrder;
  readonly run: ManifestRun;
  readonly places: readonly Place[];
  readonly ports: Ports;
}

async function withFiles(work: Work & { readonly recipe: Recipe }, io: Io): Promise<readonly StoreEnd[]> {
  const { order, ports, recipe, places } = work;
  const { base } = recipe.names;
  const stop = new AbortController();
  const signal = AbortSignal.any([ports.signal, stop.signal]);
  await using scratch = await ports.workspace.scratch(places.map(({ store }) => store.name));
  ports.log.step(`${order.stage} ${base}`);
  const meter = ports.progress.start(`packing ${base}`, order.tarBytes);
  const making = order.make(recipe, { scratch, io: { signal, progress: (bytes) => meter.add(bytes) } });
  const made = making.content.catch(() => undefined).finally(() => meter.done());
  try {
    return await keepMade(await endJobs({ ...work, base, making }, io), making.files, ports.workspace);
  } finally {
    stop.abort(new ColdstoreError("store", "no store is left that could take the set"));
    await made;
  }
}

async function endJobs(
  { order, run, places, ports, base, making }: Work & { readonly base: string; readonly making?: SetInTheMaking },
  io: Io,
): Promise<readonly StoreEnd[]> {
  const { set, settings } = order;
  return Promise.all(
    places.map(async ({ store, job }) => {
      const begun = ports.now().getTime();
      const elapsed = () => (ports.now().getTime() - begun) / 1000;
      const stored = ({ artifact: { name, bytes } }: SetFile) =>
        ports.log.event(`stored ${name} (${formatBytes(bytes)}, ${formatDuration(elapsed())}) in ${store.name}`);
      const { prove } = settings;
      const openDrill = async () => ports.openDrill();
      const done = await doJob({ store, job, set, base, run, prove, openDrill, making, stored }, io);
      const end = await showSet(store, done, io);
      if (end.shown?.news !== undefined) ports.log.event(`${end.shown.news} in ${store.name}`);
      return { store, job, ...end, seconds: elapsed() };
    }),
  );
}
