import type { ArchiveSet } from "../model/archive-set.ts";
import type { Artifact } from "../model/artifact.ts";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Manifest, ManifestContent } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { Io, Put, PutOutcome, Store, StoredObject } from "../ports/store.ts";
import { listSet, loadSets } from "./list-sets.ts";
import { canonicalSha256 } from "./seal-manifest.ts";
import { proveFiles, proveManifest, type StoredFile } from "./prove-files.ts";

/** One set on its way into one store. */
export interface Publication {
  readonly store: Store;
  readonly set: SetName;
  /** Everything but the manifest, as it's finished. */
  readonly files: AsyncIterable<SetFile>;
  /** Makes the manifest; called once, when all files are stored and proven. */
  manifest(files: readonly SetFile[]): Promise<{ readonly manifest: Manifest; readonly artifact: Artifact }>;
  readonly content: Promise<ManifestContent>;
  readonly prove: "digest" | "read" | "none";
  /** A set to take the place of: its files stay, its manifest is swapped last. */
  readonly replaces?: ArchiveSet;
  stored(file: SetFile): void;
}

/** How a publication ended. `lost`: another run was first; its set is `winner`. */
export type Published =
  | { readonly kind: "stored"; readonly manifest: Manifest; readonly manifestName: string }
  | { readonly kind: "lost"; readonly winner: ArchiveSet; readonly same: boolean }
  | { readonly kind: "failed"; readonly error: ColdstoreError };

/**
 * Stores the files, proves them, and places the manifest last. Never changes a file that is there: a finished set under
 * the same name makes this one `lost`. Rejects for an abort and for errors of `files`; what was stored until then stays,
 * without a manifest, and a later run takes it up.
 */
export async function publishSet(publication: Publication, io: Io): Promise<Published> {
  const put = await putFiles(publication, io);
  if (put.errors.length > 0) return { kind: "failed", error: oneError(put.errors) };
  if (put.different.length > 0) return giveWay(publication, put, io);
  await publication.store.settle(io);
  const doubts = await proveFiles({ ...publication, files: put.files, content: await publication.content }, io);
  if (doubts.length > 0) return { kind: "failed", error: oneError(doubts) };
  const made = await publication.manifest(put.files.map(({ file }) => file));
  return placeManifest(publication, { ...put, ...made }, io);
}

interface PutFiles {
  readonly files: readonly StoredFile[];
  readonly created: readonly string[];
  readonly different: readonly string[];
  readonly errors: readonly ColdstoreError[];
}

async function putFiles(publication: Publication, io: Io): Promise<PutFiles> {
  const { store, set, files } = publication;
  const prefix = setPrefix(set);
  const pending = new Map<string, SetFile>();
  async function* puts(): AsyncGenerator<Put> {
    for await (const file of files) {
      const key = prefix + file.artifact.name;
      pending.set(key, file);
      yield { key, artifact: file.artifact };
    }
  }
  const objects = new Map<string, StoredObject>();
  const outcomes: PutOutcome[] = [];
  for await (const outcome of store.put(puts(), io)) {
    outcomes.push(outcome);
    const file = pending.get(outcome.key);
    if (outcome.outcome === "failed" || outcome.outcome === "different" || file === undefined) continue;
    objects.set(outcome.key, outcome.object);
    publication.stored(file);
  }
  const keysOf = (word: PutOutcome["outcome"]) => outcomes.filter((o) => o.outcome === word).map(({ key }) => key);
  return {
    files: [...pending].flatMap(([key, file]) => storedFile(file, objects.get(key))),
    created: keysOf("created"),
    different: keysOf("different"),
    errors: outcomes.flatMap((outcome) => (outcome.outcome === "failed" ? outcome.error : [])),
  };
}

function storedFile(file: SetFile, object: StoredObject | undefined): StoredFile[] {
  return object === undefined ? [] : [{ file, object }];
}

async function placeManifest(
  publication: Publication,
  made: PutFiles & { readonly manifest: Manifest; readonly artifact: Artifact },
  io: Io,
): Promise<Published> {
  const { store, set, replaces } = publication;
  const name = replaces?.manifests[0] ?? made.artifact.name;
  const key = setPrefix(set) + name;
  if (replaces?.manifests[0] !== undefined) await store.replace(key, made.artifact, io);
  else if (!(await putManifest(store, { key, artifact: made.artifact }, io))) return giveWay(publication, made, io);
  await store.settle(io);
  if (await yieldsToTwin(publication, { ...made, key }, io)) return giveWay(publication, made, io);
  const doubt =
    publication.prove === "none" ? undefined : await proveManifest(store, { key, artifact: made.artifact }, io);
  if (doubt !== undefined) return { kind: "failed", error: doubt };
  return { kind: "stored", manifest: made.manifest, manifestName: name };
}

/** False when another manifest is there already. */
async function putManifest(store: Store, put: Put, io: Io): Promise<boolean> {
  for await (const outcome of store.put([put], io)) {
    if (outcome.outcome === "failed") throw outcome.error;
    if (outcome.outcome === "different") return false;
  }
  return true;
}

/** Two runs that call the same set by two names each place a manifest; the one whose name is first in byte order stays. */
async function yieldsToTwin(
  publication: Publication,
  own: PutFiles & { readonly key: string },
  io: Io,
): Promise<boolean> {
  const { store, set } = publication;
  const [first, second] = (await listSet(store, set, io)).manifests;
  if (first === undefined || second === undefined || own.key === setPrefix(set) + first) return false;
  await removeKeys(store, [own.key], io);
  return true;
}

/** Another run's set has the name. What this run created and that set doesn't name is taken away again. */
async function giveWay(publication: Publication, put: PutFiles, io: Io): Promise<Published> {
  const { store, set } = publication;
  const [winner] = await loadSets(store, [await listSet(store, set, io)], io);
  if (winner?.state !== "complete") return { kind: "failed", error: leftovers(store, set, put) };
  const named = new Set(winner.manifest.artifacts.map(({ name }) => setPrefix(set) + name));
  const ours = put.created.filter((key) => !named.has(key));
  await removeKeys(store, ours, io);
  const same = winner.manifest.content_sha256 === canonicalSha256(await publication.content);
  return { kind: "lost", winner, same };
}

function leftovers(store: Store, set: SetName, put: PutFiles): ColdstoreError {
  const names = put.different.map((key) => key.slice(setPrefix(set).length)).join(", ");
  return new ColdstoreError(
    "conflict",
    `${setText(set)} in ${store.name} is unfinished and has other bytes as ${names}: left by a run with other settings, or ` +
      "one that is still at work; let that run end, or store beside its files with --on-conflict replace",
  );
}

async function removeKeys(store: Store, keys: readonly string[], io: Io): Promise<void> {
  for await (const outcome of store.delete(keys, io)) if (outcome.outcome === "failed") throw outcome.error;
}

function oneError(errors: readonly ColdstoreError[]): ColdstoreError {
  const [first, second] = errors;
  return first !== undefined && second === undefined ? first : new SeveralErrors(errors);
}
