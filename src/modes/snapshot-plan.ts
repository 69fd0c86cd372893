import { lastProofRow } from "../model/archive-set.ts";
import type { Plan } from "../model/details.ts";
import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report, Status } from "../model/report.ts";
import { setText } from "../model/set-name.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import { decideJob, type Job } from "../steps/decide-job.ts";
import { estimateSize } from "../steps/estimate-size.ts";
import { findExpansions } from "../steps/find-expansions.ts";
import { findStanding } from "../steps/find-standing.ts";
import { findPointers } from "../steps/lfs-pointer.ts";
import { measureArchive } from "../steps/measure-archive.ts";
import { pointerError } from "../steps/pointer-error.ts";
import { recallRate } from "../steps/recall-rate.ts";
import { newestSet, sinceLast } from "../steps/since-last.ts";
import type { TreeSurvey } from "../steps/survey-tree.ts";
import type { SnapshotOrder } from "./snapshot-order.ts";

// Up to this size the archive is made to count its bytes; above, samples are compressed.
const exactTarBytes = 64 * 1024 * 1024;

/** What a making run would do, found without writing anything but scratch. What would stop it makes the plan red. */
export async function planReport(order: SnapshotOrder, survey: TreeSurvey, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const [plan, wouldBe] = await Promise.all([
    planOf(order, survey, ports),
    Promise.all(ports.stores.map(async (store) => foresee(store, order, io))),
  ]);
  const inTheWay = [...order.source.errors, ...(plan.lfs.length > 0 ? [pointerError(plan.lfs)] : [])];
  const outcomes = wouldBe.map(({ outcome }) => stopped(outcome, inTheWay));
  const errors = [...inTheWay, ...wouldBe.flatMap(({ error }) => error ?? [])];
  const status = statusOf(errors);
  const { set, source } = order;
  const outputs = { status, set: set.id, name: source.names.name, stores: outcomes };
  return {
    mode: "snapshot",
    status,
    outcomes,
    warnings: source.warnings,
    errors,
    outputs,
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
  return errors.every(({ failure }) => failure === "conflict") ? "conflict" : "failed";
}

async function planOf(order: SnapshotOrder, survey: TreeSurvey, ports: Ports): Promise<Plan> {
  const { repository, inspection } = order.source;
  const { signal } = ports;
  const isSmall = inspection.tarBytes <= exactTarBytes;
  const [measured, exportSubst, past] = await Promise.all([
    isSmall ? measure(order, signal) : estimate(order, survey, signal),
    order.settings.exportSubst === "stable" ? findExpansions(repository, survey.expanded, signal) : [],
    lookBack(order, ports),
  ]);
  return {
    counts: inspection.counts,
    tarBytes: inspection.tarBytes,
    ...measured,
    biggestEntries: survey.biggestFiles(),
    biggestFolders: survey.biggestFolders(),
    submodules: inspection.submodules,
    exportSubst,
    ...past,
  };
}

type Measured = Pick<Plan, "sizes" | "lfs">;

async function measure({ settings, plan, source }: SnapshotOrder, signal: AbortSignal): Promise<Measured> {
  const { prefix, export_subst: exportSubst } = plan;
  const tar = await source.repository.archive(source.revision, { prefix, exportSubst }, signal);
  const { formats, compressionLevel: level } = settings;
  return measureArchive({ tar, prefix, formats, level, io: { signal, progress: () => undefined } });
}

async function estimate(order: SnapshotOrder, survey: TreeSurvey, signal: AbortSignal): Promise<Measured> {
  const { settings, source } = order;
  const { repository, revision, names, inspection } = source;
  const { tarBytes } = inspection;
  const request = {
    repository,
    samples: survey.grid.samples(),
    tarBytes,
    prefix: names.prefix,
    mtime: revision.committed,
  };
  const [lfs, compressed] = await Promise.all([
    findPointers(repository, survey.maybePointers, signal),
    settings.formats.includes("tar.gz") ? estimateSize({ ...request, level: settings.compressionLevel }, signal) : 0,
  ]);
  const tarIsExact = survey.expanded.length === 0;
  const sizes = settings.formats.map((format) =>
    format === "tar" ? { format, bytes: tarBytes, exact: tarIsExact } : { format, bytes: compressed, exact: false },
  );
  return { lfs, sizes };
}

/** What the stores remember of earlier runs; of one that can't be read, nothing. */
async function lookBack(
  { set, source }: SnapshotOrder,
  ports: Ports,
): Promise<Pick<Plan, "since" | "expectedSeconds">> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  for (const store of ports.stores) {
    const last = await newestSet(store, set, io).catch(() => undefined);
    ports.signal.throwIfAborted();
    if (last === undefined) continue;
    const rate = await recallRate(store, set.project, io).catch(() => undefined);
    const since = await sinceLast(last, source, ports.signal);
    return {
      ...(since && { since }),
      ...(rate !== undefined && { expectedSeconds: source.inspection.tarBytes / rate }),
    };
  }
  return {};
}

interface Foreseen {
  readonly outcome: Outcome;
  readonly error?: ColdstoreError;
}

async function foresee(store: Store, { set, plan, settings }: SnapshotOrder, io: Io): Promise<Foreseen> {
  const row = { store: store.name, set: setText(set) };
  try {
    const problems = await store.preflight({ write: false, bytes: 0 }, io);
    const [problem] = problems.filter(({ failure }) => failure !== "not-found");
    if (problem !== undefined) throw problem;
    if (problems.length > 0) return { outcome: { ...row, outcome: "would-store" } };
    const standing = await findStanding(store, { set, plan, formats: settings.formats }, io);
    const { onConflict, exportSubst } = settings;
    return outcomeOf(row, decideJob(standing, { onConflict, planDecides: exportSubst !== "git", store: store.name }));
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    return { outcome: { ...row, outcome: "failed", detail: error.message }, error };
  }
}

function outcomeOf(row: Pick<Outcome, "store" | "set">, job: Job): Foreseen {
  switch (job.kind) {
    case "make":
    case "replace":
    case "compare":
      return { outcome: { ...row, outcome: "would-store" } };
    case "repair":
      return { outcome: { ...row, outcome: "would-store", detail: `would put back ${job.missing.join(", ")}` } };
    case "leave":
      return { outcome: { ...row, outcome: job.outcome, ...lastProofRow(job.set, job.set.manifest) } };
    case "refuse":
      return {
        outcome: {
          ...row,
          outcome: job.error.failure === "conflict" ? "conflict" : "failed",
          detail: job.error.message,
        },
        error: job.error,
      };
  }
}
