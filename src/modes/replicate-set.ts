import { isProven, setBytes } from "../model/archive-set.ts";
import { type SetName, setText } from "../model/set-name.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { formatBytes, formatDuration } from "../model/units.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Shown, Store } from "../ports/store.ts";
import type { ReplicateSettings } from "../settings/settings.ts";
import type { CopyPlace } from "../steps/copy-files.ts";
import { copyRecords, isMarker, isProof } from "../steps/copy-records.ts";
import { type Copied, copySet } from "../steps/copy-set.ts";
import { bytesToCopy } from "../steps/decide-copy.ts";
import { failedJob, type JobResult } from "../steps/do-job.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import { proveStanding } from "../steps/prove-standing.ts";
import { showSet } from "../steps/show-set.ts";
import { proofPut } from "../steps/tell-copied.ts";
import type { PlannedCopy, Target } from "./plan-copies.ts";

/** How the copying of one set ended in one store. */
export interface CopyEnd {
  readonly store: Store;
  readonly set: SetName;
  readonly plan: PlannedCopy;
  /** `foreseen`: a dry run would go on to copy. */
  readonly result: JobResult | { readonly kind: "foreseen"; readonly bytes: number };
  readonly seconds?: number;
  readonly shown?: Shown;
  /** Keys of records that came along. */
  readonly records: readonly string[];
  readonly warnings: readonly string[];
  /** What went wrong although the set is there. */
  readonly errors: readonly ColdstoreError[];
}

export interface SetReplication {
  readonly settings: ReplicateSettings;
  readonly ports: Ports;
  readonly from: Store;
  readonly set: CompleteSet;
  readonly targets: readonly Target[];
}

interface Place {
  readonly store: Store;
  readonly plan: PlannedCopy;
}

/** Brings one set into every store that lacks it, then its records, and lets everybody see it. Never rejects. */
export async function replicateSet(replication: SetReplication): Promise<readonly CopyEnd[]> {
  const { settings, ports, set, targets } = replication;
  const places = targets.flatMap(({ store, plans }) => {
    const plan = plans.get(setText(set.name));
    return plan === undefined ? [] : [{ store, plan }];
  });
  if (settings.dryRun) return places.map((place) => foreseen(set, place));
  const toCopy = places.flatMap(({ store, plan: { job } }): readonly CopyPlace[] =>
    job.kind === "copy" || job.kind === "repair" ? [{ store, job }] : [],
  );
  const copied = toCopy.length === 0 || ports.signal.aborted ? [] : await copy(replication, toCopy);
  return Promise.all(
    places.map(async (place) => {
      const own = copied.find(({ store }) => store === place.store);
      return after(replication, place, own ?? { ...place, ...(await standing(replication, place)) });
    }),
  );
}

function foreseen({ name, manifest }: CompleteSet, { store, plan }: Place): CopyEnd {
  const { job } = plan;
  const rest = { store, set: name, plan, records: [], warnings: [], errors: [] };
  switch (job.kind) {
    case "copy":
    case "repair":
      return {
        ...rest,
        result: { kind: "foreseen", bytes: bytesToCopy(job) + (job.kind === "copy" ? ownBytes(manifest) : 0) },
      };
    case "leave":
      return { ...rest, result: { kind: job.outcome, ...job.set } };
    case "refuse":
      return { ...rest, result: failedJob(job.error) };
  }
}

/** Of the manifest itself. */
function ownBytes(manifest: CompleteSet["manifest"]): number {
  return setBytes({ ...manifest, artifacts: [] });
}

async function copy(
  { settings, ports, from, set }: SetReplication,
  places: readonly CopyPlace[],
): Promise<readonly Copied[]> {
  const { prove } = settings;
  const begun = ports.now().getTime();
  const elapsed = () => (ports.now().getTime() - begun) / 1000;
  const text = setText(set.name);
  const bytes = Math.max(...places.map(({ job }) => bytesToCopy(job)));
  ports.log.step(`copying ${text} (${formatBytes(bytes)}) from ${from.name}`);
  const meter = ports.progress.start(`copying ${set.manifest.run.name}`, bytes);
  const io: Io = { signal: ports.signal, progress: () => undefined };
  try {
    return await copySet(
      {
        from,
        set,
        prove,
        places,
        workspace: ports.workspace,
        openDrill: async () => ports.openDrill(),
        elapsed,
        fetched: (count) => meter.add(count),
        stored: (store, { name, bytes: size }) =>
          ports.log.event(`stored ${name} (${formatBytes(size)}, ${formatDuration(elapsed())}) in ${store.name}`),
      },
      io,
    );
  } finally {
    meter.done();
  }
}

/** What becomes of a set of which nothing is to be copied: a copy that nobody has ever proven is. */
async function standing(
  { settings: { prove }, ports }: SetReplication,
  { store, plan }: Place,
): Promise<{ readonly result: JobResult; readonly seconds?: number }> {
  const { job } = plan;
  if (ports.signal.aborted) return { result: failedJob(asColdstoreError(ports.signal.reason)) };
  if (job.kind === "refuse") return { result: failedJob(job.error) };
  if (job.kind !== "leave") return { result: failedJob(asColdstoreError(new Error("nothing was copied"))) };
  const { manifest, manifestName } = job.set;
  const isProvable = job.outcome === "unchanged" && prove !== "none" && store.traits.records;
  if (!isProvable || isProven(job.set, manifest)) return { result: { kind: job.outcome, manifest, manifestName } };
  const begun = ports.now().getTime();
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const proving = { store, set: job.set, prove, openDrill: async () => ports.openDrill() };
  const result = await proveStanding(proving, io).catch((error: unknown) =>
    failedJob(asColdstoreError(ports.signal.aborted ? ports.signal.reason : error)),
  );
  return { result, seconds: (ports.now().getTime() - begun) / 1000 };
}

interface Ended {
  readonly store: Store;
  readonly result: JobResult;
  readonly seconds?: number;
}

/** What follows when a set is there. */
async function after(replication: SetReplication, place: Place, ended: Ended): Promise<CopyEnd> {
  const { ports, set } = replication;
  const { store, plan } = place;
  const { result } = ended;
  const rest = { store, set: set.name, plan, ...(ended.seconds !== undefined && { seconds: ended.seconds }) };
  const nothing = { records: [], warnings: [], errors: [] };
  if (!("manifest" in result) || ports.signal.aborted) return { ...rest, result, ...nothing };
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const told = result.kind === "kept" ? nothing : await bringRecords(replication, place, result, io);
  if (plan.job.kind === "leave" && plan.found.set.hidden !== "until-shown") return { ...rest, result, ...told };
  const end = await showSet(store, result, io);
  if (end.shown?.news !== undefined) ports.log.event(`${end.shown.news} in ${store.name}`);
  return { ...rest, ...end, ...told, warnings: [...told.warnings, ...(end.shown?.warnings ?? [])] };
}

type Present = Extract<JobResult, { manifest: unknown }>;

/** A proof speaks of the very manifest, and counts in a store only for a copy that was proven there. */
async function bringRecords(
  { settings, ports, from, set }: SetReplication,
  { store, plan }: Place,
  result: Present,
  io: Io,
): Promise<Pick<CopyEnd, "records" | "warnings" | "errors">> {
  if (!store.traits.records) return { records: [], warnings: await looseIn({ from, store, set }, io), errors: [] };
  const stamp = { time: ports.now(), run: ports.run.id };
  const own = proofPut({ set: set.name, result, level: settings.prove, stamp });
  const isOwn = result.manifest.seal === set.manifest.seal;
  const proven = own !== undefined || isProven(plan.found.set, result.manifest);
  const keys = plan.records.filter((key) => !isProof(key) || (isOwn && proven));
  if (keys.length === 0 && own === undefined) return { records: [], warnings: [], errors: [] };
  const { copied, errors } = await copyRecords({ from, store, keys, own: own ? [own] : [] }, io);
  const [error] = errors;
  if (error === undefined) return { records: copied, warnings: [], errors: [] };
  const isLoose = keys.some((key) => isMarker(key) && !copied.includes(key));
  if (isLoose) return { records: copied, warnings: [], errors: [lessFrozen(from, store, set.name, error)] };
  const warning = `${store.name} didn't take all records of ${setText(set.name)}: ${error.message}`;
  return { records: copied, warnings: [warning], errors: [] };
}

/** Says of a set that is frozen where it comes from that it isn't here, unless nothing can be changed here anyway. */
async function looseIn(
  { from, store, set }: { readonly from: Store; readonly store: Store; readonly set: CompleteSet },
  io: Io,
): Promise<readonly string[]> {
  if (!set.frozen) return [];
  const locked = await store.locked?.(set.name, io).catch(() => undefined);
  return locked === undefined ? [notMarked(from, store, set.name)] : [];
}

function lessFrozen(from: Store, store: Store, set: SetName, cause: ColdstoreError): ColdstoreError {
  const message = `${setText(set)} is stored in ${store.name}, but not as frozen as in ${from.name}: ${cause.message}`;
  return new ColdstoreError(cause.failure, message, { cause, ...(cause.remedy && { remedy: cause.remedy }) });
}

function notMarked(from: Store, store: Store, set: SetName): string {
  return (
    `${setText(set)} is frozen in ${from.name}, but not in ${store.name}, which takes no freeze markers; ` +
    "have the place itself keep what is there (GitHub: immutable releases, in the repository's settings)"
  );
}
