import type { Plan } from "../model/details.ts";
import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import { baseDifference } from "../steps/base-difference.ts";
import { snapshotEntryOf } from "../steps/base-entry.ts";
import { estimateWalked } from "../steps/estimate-snapshot.ts";
import { findExpansions } from "../steps/find-expansions.ts";
import { findPointers } from "../steps/lfs-pointer.ts";
import { measureArchive } from "../steps/measure-archive.ts";
import { pointerError } from "../steps/pointer-error.ts";
import { pastSet } from "../steps/past-set.ts";
import { recentSets } from "../steps/recent-sets.ts";
import { sinceLast } from "../steps/since-last.ts";
import { openSnapshotTar } from "../steps/open-snapshot-tar.ts";
import type { TreeSurvey } from "../steps/survey-tree.ts";
import { tooManyParts } from "../steps/too-many-parts.ts";
import { foresee } from "./foresee.ts";
import { exactTarBytes, expectedSeconds, firstMemory, planReport, splitsOf } from "./plan-report.ts";
import type { SnapshotOrder } from "./snapshot-order.ts";

/** What a snapshot would be and do, found without writing anything but scratch. */
export async function planSnapshotReport(order: SnapshotOrder, survey: TreeSurvey, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const [plan, wouldBe] = await Promise.all([
    planOf(order, survey, ports),
    Promise.all(ports.stores.map(async (store) => foresee(store, order, io))),
  ]);
  const pointers =
    order.settings.lfs === "fail" && plan.lfs.length > 0 ? [pointerError(plan.lfs, plan.submodules)] : [];
  const parts = tooManyParts(plan.sizes, { name: order.name, splitSize: order.settings.splitSize });
  return planReport({ order, plan, wouldBe, inTheWay: [...order.errors, ...pointers, ...parts] });
}

async function planOf(order: SnapshotOrder, survey: TreeSurvey, ports: Ports): Promise<Plan> {
  const { settings, source, tarBytes } = order;
  const { repository, revision, inspection } = source;
  const { signal } = ports;
  const isSmall = tarBytes <= exactTarBytes;
  const { base } = settings;
  const entryOf = snapshotEntryOf(settings);
  const [measured, exportSubst, trackedButIgnored, past, against] = await Promise.all([
    isSmall && order.errors.length === 0 ? measure(order, signal) : estimate(order, survey, signal),
    settings.exportSubst === "stable" ? findExpansions(repository, survey.expanded, signal) : [],
    repository.trackedButIgnored(revision, signal),
    firstMemory(ports, async (store, io) => lookBack(order, store, io)),
    base && baseDifference({ repository, revision, base, entryOf }, signal),
  ]);
  return {
    counts: inspection.counts,
    tarBytes,
    ...measured,
    biggestEntries: survey.weights.biggestFiles(),
    biggestFolders: survey.weights.biggestFolders(),
    splits: splitsOf(measured.sizes, settings.splitSize),
    policies: { submodules: settings.submodules, lfs: settings.lfs },
    submodules: inspection.submodules,
    profiles: [],
    trackedButIgnored,
    untracked: [],
    credentials: [],
    outwardLinks: [],
    exportSubst,
    ...past,
    ...(against && { base: against }),
  };
}

type Measured = Pick<Plan, "sizes" | "lfs">;

async function measure({ settings, plan, source }: SnapshotOrder, signal: AbortSignal): Promise<Measured> {
  const tar = await openSnapshotTar(source, plan, signal);
  const { formats, compressionLevel: level } = settings;
  const io = { signal, progress: () => undefined };
  const { sizes, lfs } = await measureArchive({
    tar,
    prefix: plan.prefix,
    formats,
    ...(level !== undefined && { level }),
    io,
  });
  return { sizes, lfs: settings.lfs === "fail" ? lfs : source.lfs };
}

async function estimate(order: SnapshotOrder, survey: TreeSurvey, signal: AbortSignal): Promise<Measured> {
  const { settings, source, tarBytes } = order;
  const { repository } = source;
  const wanted = { source, formats: settings.formats, level: settings.compressionLevel };
  const [lfs, sizes] = await Promise.all([
    settings.lfs === "fail" ? findPointers(repository, survey.maybePointers, signal) : source.lfs,
    estimateWalked(wanted, { grid: survey.grid, tarBytes, tarIsExact: survey.expanded.length === 0 }, signal),
  ]);
  return { lfs, sizes };
}

/** Manifests that are read at least, so that one that is damaged isn't the end of it. */
const readAtLeast = 3;

/** What a store remembers of earlier runs. */
async function lookBack(
  { set, source, tarBytes, settings: { setsBack } }: SnapshotOrder,
  store: Store,
  io: Io,
): Promise<Pick<Plan, "since" | "past" | "expectedSeconds"> | undefined> {
  const { sets } = await recentSets(store, set, Math.max(setsBack, readAtLeast), io);
  const last = sets.at(-1);
  if (last === undefined) return undefined;
  const seconds = await expectedSeconds(store, { project: set.project, tarBytes }, io);
  const since = await sinceLast(last, source, io.signal);
  return {
    ...(since && { since }),
    ...(setsBack > 0 && { past: sets.slice(-setsBack).map(({ manifest }) => pastSet(manifest)) }),
    ...(seconds !== undefined && { expectedSeconds: seconds }),
  };
}
