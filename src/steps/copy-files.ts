import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { NamedDigest } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes } from "../model/units.ts";
import type { Io, Put, PutOutcome, Store, StoredObject } from "../ports/store.ts";
import type { Workspace } from "../ports/workspace.ts";
import { otherBytes, type CopyJob, type Wanted } from "./decide-copy.ts";
import { batchesOf, type CopySource, type Fetched, fetchBatch, scratchBytes } from "./fetch-files.ts";
import { inOrder } from "./in-order.ts";
import { proveFile } from "./prove-file.ts";
import { untoldPut } from "./untold-put.ts";

export type Prove = "digest" | "read" | "drill" | "none";

/** A store that a set is brought into, and what is to be done there. */
export interface CopyPlace {
  readonly store: Store;
  readonly job: Extract<CopyJob, { kind: "copy" | "repair" }>;
}

/** How far one store is: what lies there, what is still to come, or why nothing more does. */
export interface Landing {
  readonly place: CopyPlace;
  readonly objects: Map<string, StoredObject>;
  left: readonly Wanted[];
  error?: ColdstoreError;
}

/** The files of one set on their way into several stores. */
export interface FileCopy extends CopySource {
  readonly prove: Prove;
  readonly workspace: Pick<Workspace, "scratch" | "freeBytes">;
  /** Told of bytes as they are read from the source, or copied by the stores themselves. */
  fetched(bytes: number): void;
  /** Told of each file that is in a store now. */
  stored(store: Store, file: NamedDigest): void;
}

/**
 * Brings what each store wants into it: from store to store where two can do that between themselves, and what that leaves through
 * scratch, read once for all. What goes wrong is kept with the store that it went wrong for; rejects for nothing.
 */
export async function copyFiles(copy: FileCopy, places: readonly CopyPlace[], io: Io): Promise<readonly Landing[]> {
  const landings = places.map((place): Landing => ({ place, objects: new Map(), left: place.job.wanted }));
  await Promise.all(landings.map(async (landing) => guarded(landing, io, async () => lookAtThere(copy, landing, io))));
  await Promise.all(landings.map(async (landing) => guarded(landing, io, async () => takeAcross(copy, landing, io))));
  const waiting = () => landings.filter(({ left, error }) => left.length > 0 && error === undefined);
  if (waiting().length === 0) return landings;
  try {
    await throughScratch(copy, waiting, io);
  } catch (thrown) {
    const error = asColdstoreError(io.signal.aborted ? io.signal.reason : thrown);
    for (const landing of waiting()) landing.error = error;
  }
  for (const landing of waiting()) landing.error = untoldPut(landing.place.store, landing.left.map(nameAt));
  return landings;
}

async function guarded(landing: Landing, io: Io, work: () => Promise<void>): Promise<void> {
  if (landing.error !== undefined) return;
  try {
    await work();
  } catch (thrown) {
    landing.error = asColdstoreError(io.signal.aborted ? io.signal.reason : thrown);
  }
}

/** What an earlier run has left counts as copied if it proves so, before anything is added to it. */
async function lookAtThere({ prove, set }: FileCopy, landing: Landing, io: Io): Promise<void> {
  const { store, job } = landing.place;
  if (job.kind === "repair" || job.there.length === 0) return;
  const others: string[] = [];
  const objects = new Map<string, StoredObject>();
  for await (const object of store.list(set.prefix, io)) objects.set(object.key, object);
  for (const wanted of job.there) {
    const { key, file } = wanted;
    const object = objects.get(key);
    const confirmed = object && (await confirmedObject(store, { file, object, prove }, io));
    if (confirmed !== undefined) landing.objects.set(key, confirmed);
    else if (object !== undefined) others.push(file.name);
    // It has gone since it was listed.
    else landing.left = [...landing.left, wanted];
  }
  if (others.length === 0) return;
  const found = job.replaces ?? { ...set, state: "incomplete", manifests: [] };
  throw otherBytes({ store, source: set, found }, others);
}

/** The object with what has proven it, so that its bytes needn't be read again; undefined when they aren't the file's. */
async function confirmedObject(
  store: Store,
  { file, object, prove }: { readonly file: NamedDigest; readonly object: StoredObject; readonly prove: Prove },
  io: Io,
): Promise<StoredObject | undefined> {
  const { confirmed: _, ...plain } = object;
  if (plain.bytes !== file.bytes) return undefined;
  if (prove === "none") return plain;
  const artifact = { ...file, body: { data: new Uint8Array() } };
  const proof = await proveFile(store, { artifact, object: plain, byReport: true }, io);
  switch (proof.kind) {
    case "proven":
      return { ...plain, confirmed: proof.by };
    case "frozen":
      return plain;
    case "doubted":
      if (proof.error.failure !== "integrity") throw proof.error;
      return undefined;
  }
}

/**
 * What two stores copy between themselves is compared with the manifest, not with what the source says of it; what isn't so is taken
 * away again and left to be read, as what couldn't be copied is.
 */
async function takeAcross(copy: FileCopy, landing: Landing, io: Io): Promise<void> {
  const { store, job } = landing.place;
  const counting: Io = { signal: io.signal, progress: ({ bytes }) => copy.fetched(bytes) };
  // Under other names, or in the place of something, only bytes that pass by can be put.
  const items = job.kind === "repair" ? [] : landing.left.map(({ key, file }) => ({ ...file, key }));
  const outcomes = items.length === 0 ? undefined : store.takeFrom?.(copy.from, items, counting);
  if (outcomes === undefined) return;
  const byKey = new Map(landing.left.map((wanted) => [wanted.key, wanted]));
  const confirm = async (outcome: PutOutcome) => ({ outcome, object: await takenObject(copy, landing, outcome, io) });
  for await (const { outcome, object } of inOrder(outcomes, readsAtOnce, confirm)) {
    const { file } = byKey.get(outcome.key) ?? {};
    if (file === undefined) continue;
    if (object === undefined && outcome.outcome === "created") await removeWrong(store, outcome.key, io);
    if (object === undefined) continue;
    landing.objects.set(outcome.key, object);
    byKey.delete(outcome.key);
    copy.stored(store, file);
  }
  landing.left = landing.left.filter(({ key }) => byKey.has(key));
}

/** What was copied, if it's what the manifest says. */
async function takenObject(
  { prove }: FileCopy,
  { place, left }: Landing,
  outcome: PutOutcome,
  io: Io,
): Promise<StoredObject | undefined> {
  if (outcome.outcome === "failed" || outcome.outcome === "different") return undefined;
  const wanted = left.find(({ key }) => key === outcome.key);
  return wanted && confirmedObject(place.store, { file: wanted.file, object: outcome.object, prove }, io);
}

async function removeWrong(store: Store, key: string, io: Io): Promise<void> {
  for await (const gone of store.delete([key], io)) if (gone.outcome === "failed") throw gone.error;
}

// Where each one is a call of its own, they wait for each other less.
const readsAtOnce = 4;

// While one is put, the next is fetched, unless the two are more than this together.
const mostAhead = 4 * 1024 ** 3;

async function throughScratch(copy: FileCopy, waiting: () => readonly Landing[], io: Io): Promise<void> {
  const wanted = new Map(waiting().flatMap(({ left }) => left.map(({ file }) => [file.name, file] as const)));
  const stores = waiting().map(({ place }) => place.store.name);
  await using scratch = await copy.workspace.scratch(stores);
  const batches = batchesOf([...wanted.values()]);
  const free = (await copy.workspace.freeBytes()) ?? Infinity;
  assertRoom(copy, batches, free);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  const reading: Io = { signal, progress: ({ bytes }) => copy.fetched(bytes) };
  const fetch = async (i: number) => fetchBatch(copy, { files: batches[i] ?? [], number: i, scratch }, reading);
  let ahead: Promise<Fetched> | undefined;
  try {
    for (const [i, batch] of batches.entries()) {
      await using fetched = await (ahead ?? fetch(i));
      const next = scratchBytes(batches[i + 1] ?? []);
      const fits = i + 1 < batches.length && scratchBytes(batch) + next <= Math.min(free, mostAhead);
      ahead = fits ? fetch(i + 1) : undefined;
      // It's met when its turn comes.
      ahead?.catch(() => undefined);
      await Promise.all(
        waiting().map(async (landing) => guarded(landing, io, async () => putBatch(copy, landing, fetched, io))),
      );
      if (waiting().length === 0) return;
    }
  } finally {
    stop.abort(new ColdstoreError("store", "no store is left that could take the set"));
    await ahead?.catch(() => undefined);
  }
}

function assertRoom({ set }: FileCopy, batches: readonly (readonly NamedDigest[])[], free: number): void {
  const most = Math.max(...batches.map(scratchBytes));
  if (most <= free) return;
  throw new ColdstoreError(
    "store",
    `${setText(set.name)} passes through this machine's temporary folder, which has ${formatBytes(free)} free where a file of it needs ` +
      `${formatBytes(most)}: ${formatBytes(most - free)} are missing; make room, or set TMPDIR (RUNNER_TEMP in a workflow) to a larger disk`,
  );
}

/** What a file is called where it comes to lie. */
function nameAt({ key }: Wanted): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

async function putBatch(copy: FileCopy, landing: Landing, { artifacts }: Fetched, io: Io): Promise<void> {
  const { store, job } = landing.place;
  const coming = new Map<string, { readonly wanted: Wanted; readonly put: Put }>();
  for (const wanted of landing.left) {
    const artifact = artifacts.get(wanted.file.name);
    if (artifact !== undefined)
      coming.set(wanted.key, { wanted, put: { key: wanted.key, artifact: { ...artifact, name: nameAt(wanted) } } });
  }
  const puts = [...coming.values()].map(({ put }) => put);
  const errors: ColdstoreError[] = [];
  for await (const outcome of store.put(puts, io)) {
    const { wanted, put } = coming.get(outcome.key) ?? {};
    if (outcome.outcome === "failed") errors.push(outcome.error);
    if (outcome.outcome === "failed" || wanted === undefined || put === undefined) continue;
    if (outcome.outcome === "different" && job.kind === "copy") {
      const found = job.replaces ?? { ...copy.set, state: "incomplete", manifests: [] };
      throw otherBytes({ store, source: copy.set, found }, [put.artifact.name]);
    }
    // What lies there isn't what the manifest names, so that nothing of the set is lost by putting the right bytes in its place.
    const object = outcome.outcome === "different" ? await store.replace(put.key, put.artifact, io) : outcome.object;
    landing.objects.set(outcome.key, object);
    copy.stored(store, wanted.file);
  }
  landing.left = landing.left.filter(({ key }) => !landing.objects.has(key));
  const [error] = errors;
  if (error !== undefined) throw error;
}
