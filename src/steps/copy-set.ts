import { ColdstoreError } from "../model/errors.ts";
import { setText } from "../model/set-name.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io, Store, StoredObject } from "../ports/store.ts";
import { awaitWholeSet } from "./await-other-run.ts";
import { copyFiles, type CopyPlace, type FileCopy, type Landing } from "./copy-files.ts";
import { failedJob, type JobResult } from "./do-job.ts";
import { asColdstoreError } from "../model/errors.ts";
import type { CompleteSet } from "./find-standing.ts";
import { placeManifest, type Placed } from "./place-manifest.ts";
import { evidenceOf, type FileProof, proveFile, stillFrozen } from "./prove-file.ts";
import { proveFiles, proveManifest } from "./prove-files.ts";
import { serializeManifest } from "./seal-manifest.ts";
import { setFilesOf } from "./set-files.ts";
import { smallArtifact } from "./small-artifact.ts";
import { swapManifest } from "./swap-manifest.ts";
import { untoldPut } from "./untold-put.ts";

/** One set on its way from a store into others. */
export interface SetCopying extends FileCopy {
  readonly places: readonly CopyPlace[];
  /** Where a drill restores to. */
  openDrill(): Promise<RestoreTarget>;
  /** Seconds since the copying began. */
  elapsed(): number;
}

/** How a set's copying ended in one store. */
export interface Copied {
  readonly store: Store;
  readonly result: JobResult;
  readonly seconds: number;
}

/**
 * Copies a set into stores, side by side: its files, which are proven against the manifest there, and then the manifest, byte for
 * byte. Takes up what an earlier run has left. Never rejects: whatever goes wrong, an abort too, is a store's result.
 */
export async function copySet(copying: SetCopying, io: Io): Promise<readonly Copied[]> {
  const landings = await copyFiles(copying, copying.places, io);
  return Promise.all(
    landings.map(async (landing) => {
      const result = await finish(copying, landing, io).catch((error: unknown) =>
        failedJob(asColdstoreError(io.signal.aborted ? io.signal.reason : error)),
      );
      return { store: landing.place.store, result, seconds: copying.elapsed() };
    }),
  );
}

async function finish(copying: SetCopying, landing: Landing, io: Io): Promise<JobResult> {
  if (landing.error !== undefined) return failedJob(landing.error);
  const { store, job } = landing.place;
  await store.settle(io);
  return job.kind === "repair" ? finishRepair(copying, landing, job.set, io) : finishCopy(copying, landing, job, io);
}

/** Only what was put back is proven. */
async function finishRepair(
  { prove }: SetCopying,
  { place, objects }: Landing,
  set: CompleteSet,
  io: Io,
): Promise<JobResult> {
  const { store, job } = place;
  const proofs: FileProof[] = [];
  const frozen: StoredObject[] = [];
  for (const { key, file } of job.wanted) {
    const object = objects.get(key);
    if (object === undefined) return failedJob(untoldPut(store, [file.name]));
    const artifact = { ...file, body: { data: new Uint8Array() } };
    const byReport = prove === "digest" || prove === "none";
    const proof = await proveFile(store, { artifact, object, byReport }, io);
    proofs.push(proof);
    if (proof.kind === "doubted") return failedJob(proof.error);
    if (proof.kind === "frozen") frozen.push(object);
  }
  const { manifest, manifestName, name } = set;
  const proof = { evidence: evidenceOf(proofs) };
  if (frozen.length === 0) return { kind: "repaired", manifest, manifestName, ...proof };
  return { kind: "unproven", manifest, manifestName, ...proof, unread: stillFrozen({ store, set: name }, frozen) };
}

type CopyOnly = Extract<CopyPlace["job"], { kind: "copy" }>;

async function finishCopy(copying: SetCopying, landing: Landing, job: CopyOnly, io: Io): Promise<JobResult> {
  const { set, prove } = copying;
  const { store } = landing.place;
  const untold: string[] = [];
  const files = setFilesOf(set.manifest).flatMap((file) => {
    const object = landing.objects.get(set.prefix + file.artifact.name);
    if (object === undefined) untold.push(file.artifact.name);
    return object === undefined ? [] : [{ file, object }];
  });
  if (untold.length > 0) return failedJob(untoldPut(store, untold));
  const { content } = set.manifest;
  const openDrill = async () => copying.openDrill();
  const { doubts, ...proof } = await proveFiles({ store, set: set.name, files, content, prove, openDrill }, io);
  const [doubt] = doubts;
  if (doubt !== undefined) return failedJob(doubt);
  const end = await place(copying, landing, job, io);
  return end.kind === "stored" ? { ...end, ...proof, ...(isUnproven(prove, proof) && { kind: "unproven" }) } : end;
}

function isUnproven(prove: SetCopying["prove"], { unread }: { readonly unread?: ColdstoreError }): boolean {
  return prove === "none" || unread !== undefined;
}

async function place(
  { set, prove }: SetCopying,
  { place: { store } }: Landing,
  { replaces: old }: CopyOnly,
  io: Io,
): Promise<JobResult> {
  const { manifest, manifestName, name } = set;
  const artifact = smallArtifact(manifestName, serializeManifest(manifest));
  const placed: Placed =
    old === undefined
      ? await placeManifest({ store, set: name, manifest, artifact }, io)
      : await swapManifest({ store, old, make: async () => ({ manifest, artifact }) }, io);
  switch (placed.kind) {
    case "refused":
      return failedJob(placed.error);
    case "taken":
      return giveWay({ store, set, old }, placed.winner, io);
    case "placed": {
      const key = set.prefix + placed.name;
      const doubt = prove === "none" ? undefined : await proveManifest(store, { key, artifact }, io);
      return doubt === undefined ? { kind: "stored", manifest, manifestName: placed.name } : failedJob(doubt);
    }
  }
}

/** Another run's set has the name: nothing is to be done if it has the same content. */
async function giveWay(
  { store, set, old }: { readonly store: Store; readonly set: CompleteSet; readonly old: CopyOnly["replaces"] },
  known: CompleteSet | undefined,
  io: Io,
): Promise<JobResult> {
  const winner = known ?? (await awaitWholeSet({ store, set: set.name }, old, io));
  if (winner !== undefined && winner.manifest.content_sha256 === set.manifest.content_sha256)
    return { kind: "unchanged", manifest: winner.manifest, manifestName: winner.manifestName, winner };
  return failedJob(
    new ColdstoreError(
      "conflict",
      `another run is at work on ${setText(set.name)} in ${store.name}, or has stored other content under that name; let it end, then run again`,
    ),
  );
}
