import type { ArchiveSet } from "../model/archive-set.ts";
import type { Artifact } from "../model/artifact.ts";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { type Manifest, type ManifestContent, storedFiles } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io, Store } from "../ports/store.ts";
import { awaitWholeSet } from "./await-other-run.ts";
import type { CompleteSet } from "./find-standing.ts";
import { placeManifest, removeKeys, type Placed } from "./place-manifest.ts";
import { canonicalSha256 } from "./seal-manifest.ts";
import { swapManifest } from "./swap-manifest.ts";
import { type FilesProof, proveFiles, proveManifest } from "./prove-files.ts";
import { forget, isOrphaning, putFiles, type PutFiles, type PutOrder } from "./put-files.ts";

/** One set on its way into one store. */
export interface Publication extends PutOrder {
  /** Makes the manifest; called once, when all files are stored and proven, and an old one is kept. */
  manifest(files: readonly SetFile[]): Promise<{ readonly manifest: Manifest; readonly artifact: Artifact }>;
  readonly content: Promise<ManifestContent>;
  readonly prove: "digest" | "read" | "drill" | "none";
  /** Where a drill restores to. */
  openDrill(): Promise<RestoreTarget>;
  /** A set to take the place of: its files stay, its manifest is swapped last. */
  readonly replaces?: ArchiveSet;
}

/** What proves the files; `unread`: why not all of them can be proven now. */
type FilesEvidence = Pick<FilesProof, "evidence" | "unread">;

/** How a publication ended. `lost`: another run was first; its set is `winner`. */
export type Published =
  | (FilesEvidence & { readonly kind: "stored"; readonly manifest: Manifest; readonly manifestName: string })
  | { readonly kind: "lost"; readonly winner: CompleteSet; readonly same: boolean }
  | { readonly kind: "failed"; readonly error: ColdstoreError };

/**
 * Stores the files, proves them, and places the manifest last. Never changes a file that is there: a finished set under
 * the same name makes this one `lost`. Rejects for an abort and for errors of `files`; what was stored until then stays,
 * without a manifest, and a later run takes it up, if there can be one that makes the same.
 */
export async function publishSet(publication: Publication, io: Io): Promise<Published> {
  // From then on nothing here is needed: what is proven is what the store has.
  const put = await putFiles(publication, io).finally(() => publication.taker?.leave());
  if (put.errors.length > 0) return fail(publication, { ...put, errors: put.errors }, io);
  if (put.different.length > 0) return giveWay(publication, put, io);
  await publication.store.settle(io);
  const content = await contentOrError(publication, io);
  if (content instanceof ColdstoreError) return fail(publication, { ...put, errors: [content] }, io);
  const reading = (bytes: number) => publication.watch.proving(bytes);
  const { doubts, ...proof } = await proveFiles({ ...publication, files: put.files, content, reading }, io);
  publication.watch.idle();
  if (doubts.length > 0) return fail(publication, { ...put, errors: doubts }, io);
  const placed = await place(publication, put, io);
  return placed.kind === "stored" ? { ...placed, ...proof } : placed;
}

/** Only at the end it may turn out that what was packed isn't what was to be. */
async function contentOrError({ content }: Publication, io: Io): Promise<ManifestContent | ColdstoreError> {
  try {
    return await content;
  } catch (error) {
    io.signal.throwIfAborted();
    return asColdstoreError(error);
  }
}

/** What no later run takes up goes again, as far as this one created it. */
async function fail(
  { store, set }: Publication,
  { created, errors }: Pick<PutFiles, "created" | "errors">,
  io: Io,
): Promise<Published> {
  if (errors.some((error) => isOrphaning(set, error))) await forget(store, created, io);
  return { kind: "failed", error: oneError(errors) };
}

async function place(publication: Publication, put: PutFiles, io: Io): Promise<Published> {
  const { store, set, replaces: old } = publication;
  const make = () => publication.manifest(put.files.map(({ file }) => file));
  const placed =
    old === undefined || old.manifests.length === 0
      ? await placeManifest({ store, set, ...(await make()) }, io)
      : await swapManifest({ store, old, make }, io);
  switch (placed.kind) {
    case "taken":
      return giveWay(publication, { ...put, winner: placed.winner }, io);
    case "refused":
      await removeKeys(store, put.created, io);
      return { kind: "failed", error: placed.error };
    case "placed":
      return provePlaced(publication, placed, io);
  }
}

async function provePlaced(
  { store, set, prove }: Publication,
  { name, manifest, artifact }: Extract<Placed, { kind: "placed" }>,
  io: Io,
): Promise<Published> {
  const key = setPrefix(set) + name;
  const doubt = prove === "none" ? undefined : await proveManifest(store, { key, artifact }, io);
  if (doubt !== undefined) return { kind: "failed", error: doubt };
  return { kind: "stored", manifest, manifestName: name, evidence: [] };
}

/** Another run's set has the name. What this run created and that set doesn't name is taken away again. */
async function giveWay(
  publication: Publication,
  put: PutFiles & { readonly winner?: CompleteSet | undefined },
  io: Io,
): Promise<Published> {
  const { store, set } = publication;
  const winner = put.winner ?? (await awaitWholeSet({ store, set, own: put.created }, publication.replaces, io));
  if (winner === undefined) {
    // While another run is at work, it may count on files that this one created.
    if (put.blocked) await forget(store, put.created, io);
    return { kind: "failed", error: unsettled(publication, put) };
  }
  const named = new Set(storedFiles(winner.manifest).map(({ name }) => setPrefix(set) + name));
  const ours = put.created.filter((key) => !named.has(key));
  await removeKeys(store, ours, io);
  const same = winner.manifest.content_sha256 === canonicalSha256(await publication.content);
  return { kind: "lost", winner, same };
}

function unsettled({ store, set, replaces }: Publication, put: PutFiles): ColdstoreError {
  if (replaces === undefined || replaces.manifests.length === 0) return leftovers(store, set, put);
  return new ColdstoreError(
    "conflict",
    `${setText(set)} in ${store.name} is being replaced by another run, or one broke while it did; let that run end, then run again`,
  );
}

function leftovers(store: Store, set: SetName, put: PutFiles): ColdstoreError {
  const names = put.different.map((key) => key.slice(setPrefix(set).length)).join(", ") || "its manifest";
  return new ColdstoreError(
    "conflict",
    `${setText(set)} in ${store.name} is unfinished and has other bytes as ${names}: left by a run with other settings, of ` +
      "one that is still at work, or somebody else's; let that run end, rename your own, or store beside them with on-conflict: replace",
  );
}

function oneError(errors: readonly ColdstoreError[]): ColdstoreError {
  const [first, second] = errors;
  return first !== undefined && second === undefined ? first : new SeveralErrors(errors);
}
