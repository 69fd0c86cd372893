import { textOf } from "../steps/byte-text.ts";
import { asColdstoreError, type ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Plan } from "../model/details.ts";
import type { Report } from "../model/report.ts";
import { formatBytes } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import { baseDifference } from "../steps/base-difference.ts";
import { archiveEntryOf } from "../steps/base-entry.ts";
import type { Selection } from "../steps/folder-entry.ts";
import { findFolderPointers } from "../steps/folder-pointers.ts";
import { pastSet } from "../steps/past-set.ts";
import { recentSets } from "../steps/recent-sets.ts";
import { tooManyParts } from "../steps/too-many-parts.ts";
import { WeightSurvey } from "../steps/weight-survey.ts";
import { makingArchive } from "./archive-making.ts";
import type { ArchiveOrder } from "./archive-order.ts";
import { type ArchiveProspect, prospectOf } from "./archive-prospect.ts";
import { foresee } from "./foresee.ts";
import type { MakingOrder } from "./making-order.ts";
import { packFolder, type SelectedProspect } from "./pack-folder.ts";
import { exactTarBytes, expectedSeconds, firstMemory, planReport, splitsOf } from "./plan-report.ts";

/** What an archive would be and do, found by reading all of the folder, without writing anything but scratch. */
export async function planArchiveReport(taken: ArchiveOrder, ports: Ports, io: Io): Promise<Report> {
  const looked = await prospectOf(taken, ports.stores, io);
  const selection = looked.selection ?? (await taken.select());
  const prospect = { ...looked, selection, warnings: [...looked.warnings, ...unfetched(looked)] };
  const trial = await tryOut(prospect, ports, io);
  const plan = await planOf(prospect, trial, ports);
  const wouldBe = await Promise.all(ports.stores.map(async (store) => foresee(store, trial.order, io)));
  const { name, settings } = trial.order;
  const parts = tooManyParts(plan.sizes, { name, splitSize: settings.splitSize });
  return planReport({ order: trial.order, plan, wouldBe, inTheWay: [...trial.errors, ...parts] });
}

/** Too much would have to come from a remote for a run that only tells what would be. */
function isTooFar({ taken, tarBytes }: ArchiveProspect): boolean {
  return taken.examined.folder.remote !== undefined && tarBytes > exactTarBytes;
}

function unfetched(prospect: ArchiveProspect): readonly string[] {
  if (!isTooFar(prospect)) return [];
  const { path } = prospect.taken.examined.folder;
  return [
    `only samples were fetched of the ${formatBytes(prospect.tarBytes)} in ${path}: whether all of it can be read, whether Git LFS pointers are in it, and whether the stores have it already is found out when it's archived`,
  ];
}

interface Trial {
  readonly order: MakingOrder;
  readonly errors: readonly ColdstoreError[];
  /** Sizes of archives that were made. */
  readonly sizes?: Plan["sizes"];
}

/** Makes the set in scratch, its archives only if they are small, so that what it holds is known and what can't be read is found. */
async function tryOut(prospect: SelectedProspect, ports: Ports, io: Io): Promise<Trial> {
  const { settings, selection, tarBytes } = prospect;
  const byPlan = makingArchive(prospect, { by: "plan" }, ports);
  if (selection.errors.length > 0 || isTooFar(prospect)) return { order: byPlan, errors: selection.errors };
  const formats = tarBytes <= exactTarBytes ? settings.formats : [];
  // Sizes tell in how many parts an archive would be.
  const { splitSize: _, ...whole } = settings;
  try {
    await using packed = await packFolder(
      { ...prospect, settings: { ...whole, formats } },
      { stores: ports.stores, ports },
      io,
    );
    const order = makingArchive(prospect, { by: "content", packed }, ports);
    const sizes = formats.map((format) => ({ format, bytes: packed.bytesOf(format), exact: true }));
    return { order, errors: [], ...(formats.length > 0 && { sizes }) };
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    return { order: byPlan, errors: error instanceof SeveralErrors ? error.errors : [error] };
  }
}

async function planOf(prospect: SelectedProspect, trial: Trial, ports: Ports): Promise<Plan> {
  const { settings, selection, tarBytes } = prospect;
  const [sizes, lfs, memory, base] = await Promise.all([
    trial.sizes ?? prospect.estimate(ports.signal),
    selection.lfs ?? (isTooFar(prospect) ? [] : pointersIn(selection.entries, ports.signal)),
    firstMemory(ports, async (store, io) => remembered(prospect, store, io)),
    differenceToBase(prospect.taken, ports.signal),
  ]);
  const { entries, errors: _, warnings: __, ...chosen } = selection;
  const weights = weigh(entries);
  return {
    ...chosen,
    tarBytes,
    sizes,
    biggestEntries: weights.biggestFiles(),
    biggestFolders: weights.biggestFolders(),
    splits: splitsOf(sizes, settings.splitSize),
    policies: { submodules: settings.submodules, lfs: settings.lfs },
    lfs,
    profiles: prospect.taken.settings.filters.profiles,
    exportSubst: [],
    ...memory,
    ...(base && { base }),
  };
}

/** Of the tracked files, between the commit that is checked out and the base: no more is known of the base's folder. */
async function differenceToBase(taken: ArchiveOrder, signal: AbortSignal): Promise<Plan["base"]> {
  const { base, ...settings } = taken.settings;
  const { folder, revision } = taken.examined;
  const { repository, inRepository } = folder;
  if (base === undefined || repository === undefined || revision === undefined) return undefined;
  return baseDifference({ repository, revision, base, entryOf: archiveEntryOf({ ...settings, inRepository }) }, signal);
}

/** What a store remembers of earlier runs. */
async function remembered(
  { set, tarBytes, settings: { setsBack } }: SelectedProspect,
  store: Store,
  io: Io,
): Promise<Pick<Plan, "past" | "expectedSeconds"> | undefined> {
  const seconds = await expectedSeconds(store, { project: set.project, tarBytes }, io);
  const { sets } = setsBack > 0 ? await recentSets(store, set, setsBack, io) : { sets: [] };
  if (seconds === undefined && sets.length === 0) return undefined;
  return {
    ...(sets.length > 0 && { past: sets.map(({ manifest }) => pastSet(manifest)) }),
    ...(seconds !== undefined && { expectedSeconds: seconds }),
  };
}

async function pointersIn(entries: Selection["entries"], signal: AbortSignal): Promise<Plan["lfs"]> {
  return (await findFolderPointers(entries, signal)).map(({ pointer }) => pointer);
}

function weigh(entries: Selection["entries"]): WeightSurvey {
  const survey = new WeightSurvey();
  for (const entry of entries) if (entry.type === "file") survey.add({ path: textOf(entry.path), bytes: entry.bytes });
  return survey;
}
