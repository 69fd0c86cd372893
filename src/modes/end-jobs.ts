import type { ManifestRun } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { formatBytes, formatCount, formatDuration } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { Recipe } from "../steps/choose-recipes.ts";
import type { Job } from "../steps/decide-job.ts";
import { doJob } from "../steps/do-job.ts";
import type { SetInTheMaking } from "../steps/make-set.ts";
import type { PartTaker } from "../steps/part-room.ts";
import { showSet } from "../steps/show-set.ts";
import type { StoreEnd } from "./fill-stores.ts";
import type { MakingOrder } from "./making-order.ts";
import type { ScratchPlan } from "./plan-scratch.ts";
import { StoreMeter } from "./store-meter.ts";

/** What is to be done in one store. */
export interface Place {
  readonly store: Store;
  readonly job: Job;
  readonly taker?: PartTaker;
}

/** One set and those stores that get it in the same way. */
export interface Work {
  readonly order: MakingOrder;
  readonly run: ManifestRun;
  readonly places: readonly Place[];
  readonly ports: Ports;
  readonly scratch: ScratchPlan;
}

/** What the files are called, and how they are being made; without a making for jobs that need none. */
export interface Ending extends Work {
  readonly base: string;
  readonly formats: Recipe["formats"];
  readonly making?: SetInTheMaking;
}

/** Ends the jobs of all places, side by side. */
export async function endJobs(ending: Ending, io: Io): Promise<readonly StoreEnd[]> {
  const { making } = ending;
  const bytes = making === undefined ? Promise.resolve(undefined) : bytesOf(making);
  return Promise.all(ending.places.map(async (place) => endJob({ ...ending, ...place, bytes }, io)));
}

/** Known when all is made; undefined when that fails. */
async function bytesOf({ files }: SetInTheMaking): Promise<number | undefined> {
  try {
    return (await Array.fromAsync(files)).reduce((sum, { artifact }) => sum + artifact.bytes, 0);
  } catch {
    return undefined;
  }
}

type StoreEnding = Ending & Place & { readonly bytes: Promise<number | undefined> };

async function endJob(ending: StoreEnding, io: Io): Promise<StoreEnd> {
  const { order, ports, store, job } = ending;
  const begun = ports.now().getTime();
  const elapsed = () => (ports.now().getTime() - begun) / 1000;
  const meter = meterOf(ending);
  const watch = {
    storing: () => meter.storing(),
    proving: (bytes: number) => meter.proving(bytes),
    idle: () => meter.done(),
    stored: ({ artifact: { name, bytes } }: SetFile) =>
      ports.log.event(`stored ${name} (${formatBytes(bytes)}, ${formatDuration(elapsed())}) in ${store.name}`),
    removed: (files: number) =>
      ports.log.event(`removed again what this run had stored: ${formatCount(files, "file")} in ${store.name}`),
  };
  const { set, settings } = order;
  const { prove } = settings;
  const openDrill = async () => ports.openDrill();
  const wanted = { ...ending, making: ending.making, set, prove, openDrill, watch };
  const done = await doJob(wanted, meter.counting(io)).finally(() => meter.done());
  const end = await showSet(store, done, io);
  if (end.shown?.news !== undefined) ports.log.event(`${end.shown.news} in ${store.name}`);
  return { store, job, ...end, seconds: elapsed() };
}

function meterOf({ ports, scratch, base, store, job, bytes }: StoreEnding): StoreMeter {
  const what = `${base} in ${store.name}`;
  // Of a set that is repaired only some files go there.
  if (job.kind === "repair") return new StoreMeter(ports.progress, what);
  const meter = new StoreMeter(ports.progress, what, scratch.likelyBytes);
  void bytes.then((total) => total !== undefined && meter.expect(total));
  return meter;
}
