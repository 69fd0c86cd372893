import type { ArchiveFormat, Manifest, ManifestRun } from "../model/manifest.ts";
import { type Evidence, wordFor } from "../model/report.ts";
import type { SetName } from "../model/set-name.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io, Store } from "../ports/store.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { buildManifest, manifestName } from "./build-manifest.ts";
import { type Job, jobKnowing } from "./decide-job.ts";
import type { CompleteSet } from "./find-standing.ts";
import { describeFiles } from "./describe-files.ts";
import { inSetOrder } from "./in-set-order.ts";
import { listStrays } from "./list-strays.ts";
import type { SetInTheMaking } from "./make-set.ts";
import type { PartTaker } from "./part-room.ts";
import { publishSet, type Published } from "./publish-set.ts";
import type { StoreWatch } from "./put-files.ts";
import { repairSet } from "./repair-set.ts";
import { canonicalSha256 } from "./seal-manifest.ts";

/** How one job ended. `manifest` is the one that is in the store now, `manifestName` its file. */
export type JobResult =
  | {
      readonly kind: "stored" | "unproven" | "repaired" | "unchanged" | "kept";
      readonly manifest: Manifest;
      readonly manifestName: string;
      /** What proves the files that this run stored. */
      readonly evidence?: readonly Evidence[];
      /** Why the set is unproven, although a proof was asked for. */
      readonly unread?: ColdstoreError;
      /** Another run's set, which was there first and has the same content. */
      readonly winner?: CompleteSet;
    }
  | { readonly kind: "conflict" | "immutable" | "failed"; readonly error: ColdstoreError };

export interface JobOrder {
  readonly store: Store;
  readonly job: Job;
  readonly set: SetName;
  /** What the files are called, without endings. */
  readonly base: string;
  readonly run: ManifestRun;
  readonly prove: "digest" | "read" | "drill" | "none";
  /** Where a drill restores to. */
  openDrill(): Promise<RestoreTarget>;
  /** Formats of the archives that are made, in their order. */
  readonly formats: readonly ArchiveFormat[];
  /** Absent when no job needs files. */
  readonly making: SetInTheMaking | undefined;
  /** Told what needn't lie in scratch for this job any more. */
  readonly taker?: PartTaker | undefined;
  readonly watch: StoreWatch;
}

/** Does what is to be done in one store. Never rejects: whatever goes wrong there, an abort too, is its result. */
export async function doJob(order: JobOrder, io: Io): Promise<JobResult> {
  try {
    return await attempt(order, order.job, io);
  } catch (error) {
    return failedJob(asColdstoreError(io.signal.aborted ? io.signal.reason : error));
  } finally {
    order.taker?.leave();
  }
}

async function attempt(order: JobOrder, job: Job, io: Io): Promise<JobResult> {
  switch (job.kind) {
    case "leave":
      return standing(job.outcome, job.set);
    case "refuse":
      return failedJob(job.error);
    case "make":
      return publish(order, undefined, io);
    case "replace":
      return publish(order, job.set, io);
    case "repair":
      return repair(order, job, io);
    case "compare":
      return attempt(order, jobKnowing(job, canonicalSha256(await makingOf(order).content)), io);
  }
}

async function publish(
  order: JobOrder,
  replaces: Extract<Job, { kind: "replace" }>["set"] | undefined,
  io: Io,
): Promise<JobResult> {
  const { store, set, base, prove, taker, watch } = order;
  const { files, content } = makingOf(order);
  const published = await publishSet(
    {
      store,
      set,
      files,
      content,
      prove,
      taker,
      openDrill: async () => order.openDrill(),
      ...(replaces && { replaces }),
      watch,
      async manifest(stored) {
        const own = stored.map(({ artifact }) => artifact.name);
        const superseded = await listStrays({ store, set, own }, io);
        const run = superseded.length === 0 ? order.run : { ...order.run, superseded };
        const artifacts = describeFiles(inSetOrder(stored, order.formats));
        return buildManifest({ name: manifestName(base), content: await content, artifacts, run });
      },
    },
    io,
  );
  return resultOf(published, order);
}

async function resultOf(published: Published, order: JobOrder): Promise<JobResult> {
  switch (published.kind) {
    case "stored":
      return { ...published, kind: order.prove === "none" || published.unread !== undefined ? "unproven" : "stored" };
    case "failed":
      return failedJob(published.error);
    case "lost": {
      const lacking = await formatsLacking(published.winner, order);
      if (published.same && lacking.length === 0)
        return { ...standing("unchanged", published.winner), winner: published.winner };
      const what = published.same ? `this content without ${lacking.join(", ")}` : "other content";
      return failedJob(
        new ColdstoreError(
          "conflict",
          `another run stored ${what} under this name in ${order.store.name} at the same time; this one gave way`,
        ),
      );
    }
  }
}

/** Formats that this run has made and the set that was first hasn't. */
async function formatsLacking({ manifest }: CompleteSet, order: JobOrder): Promise<readonly string[]> {
  const has = new Set(manifest.artifacts.map(({ format }) => format));
  const made = await Array.fromAsync(makingOf(order).files);
  return [...new Set(made.flatMap(({ format }) => (format === undefined || has.has(format) ? [] : format)))];
}

async function repair(order: JobOrder, { set, missing }: Extract<Job, { kind: "repair" }>, io: Io): Promise<JobResult> {
  const { files } = makingOf(order);
  const { store, prove, taker, watch } = order;
  const repaired = await repairSet({ store, set, missing, files, prove, taker, watch }, io);
  const [error] = repaired.errors;
  if (error !== undefined) return failedJob(error);
  const { errors: _, ...proof } = repaired;
  return { ...standing("repaired", set), ...(proof.unread && { kind: "unproven" }), ...proof };
}

function standing(
  kind: "unchanged" | "kept" | "repaired",
  { manifest, manifestName }: CompleteSet,
): Extract<JobResult, { manifest: unknown }> {
  return { kind, manifest, manifestName };
}

function makingOf({ making }: JobOrder): SetInTheMaking {
  if (making === undefined) throw new ColdstoreError("bug", "a set was to be stored that nobody makes");
  return making;
}

/** The end of a job that came to nothing. */
export function failedJob(error: ColdstoreError): JobResult {
  return { kind: wordFor(error), error };
}
