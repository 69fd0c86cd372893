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
import { nameSome } from "./name-some.ts";
import { placeManifest, type Placed } from "./place-manifest.ts";
import { readBack } from "./read-back.ts";
import { canonicalSha256 } from "./seal-manifest.ts";
import { swapManifest } from "./swap-manifest.ts";
import { type FilesProof, proveFiles, proveManifest } from "./prove-files.ts";
import { forget, isOrphaning, putFiles, takeBack, type PutFiles, type PutOrder } from "./put-files.ts";

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
  const clash = await clashOf(publication.store, io);
  if (clash !== undefined) return giveWay(publication, { ...put, blocked: false, clash }, io);
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

/** What no later run takes up goes again, as far as this one created it, and nobody else may have done so since. */
async function fail(
  publication: Publication,
  { created, errors }: Pick<PutFiles, "created" | "errors">,
  io: Io,
): Promise<Published> {
  const { store, set } = publication;
  const clashed = store.traits.lastWriteWins === true && errors.some(({ failure }) => failure === "conflict");
  if (!clashed && errors.some((error) => isOrphaning(set, error))) await forget(publication, created, io);
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
      await takeBack(publication, put.created, io);
      return { kind: "failed", error: placed.error };
    case "placed":
      return provePlaced(publication, { ...put, placed }, io);
  }
}

type PlacedSet = PutFiles & { readonly placed: Extract<Placed, { kind: "placed" }> };

async function provePlaced(publication: Publication, put: PlacedSet, io: Io): Promise<Published> {
  const { store, set, prove } = publication;
  const { name, manifest, artifact } = put.placed;
  const key = setPrefix(set) + name;
  const doubt = prove === "none" ? undefined : await proveManifest(store, { key, artifact }, io);
  if (doubt === undefined) return { kind: "stored", manifest, manifestName: name, evidence: [] };
  // Another run may have put its own over it in that very moment.
  const there = store.traits.lastWriteWins === true ? await awaitWholeSet({ store, set }, undefined, io) : undefined;
  if (there === undefined || there.manifest.seal === manifest.seal) return { kind: "failed", error: doubt };
  return giveWay(publication, { ...put, winner: there }, io);
}

/** Another run's set has the name. What this run created and that set doesn't name is taken away again. */
async function giveWay(
  publication: Publication,
  put: PutFiles & { readonly winner?: CompleteSet | undefined; readonly clash?: ColdstoreError },
  io: Io,
): Promise<Published> {
  const { store, set } = publication;
  const winner = put.winner ?? (await awaitWholeSet({ store, set, own: put.created }, publication.replaces, io));
  if (winner === undefined) {
    // While another run is at work, it may count on files that this one created.
    if (put.blocked) await forget(publication, put.created, io);
    return { kind: "failed", error: put.clash ?? unsettled(publication, put) };
  }
  const named = new Set(storedFiles(winner.manifest).map(({ name }) => setPrefix(set) + name));
  const ours = put.created.filter((key) => !named.has(key));
  await takeBack(publication, ours, io);
  const spoilt = await spoiltFiles(publication, { ...put, winner }, io);
  if (spoilt !== undefined) return { kind: "failed", error: spoilt };
  const same = winner.manifest.content_sha256 === canonicalSha256(await publication.content);
  return { kind: "lost", winner, same };
}

/**
 * Where nothing decides between two writers, this run's bytes may have come to lie over those of a set that is whole: what of it
 * has to be put right again, as a sentence.
 */
async function spoiltFiles(
  { store, set }: Publication,
  { files, created, winner }: PutFiles & { readonly winner: CompleteSet },
  io: Io,
): Promise<ColdstoreError | undefined> {
  if (store.traits.lastWriteWins !== true) return undefined;
  const named = new Map(storedFiles(winner.manifest).map((file) => [setPrefix(set) + file.name, file]));
  const spoilt: string[] = [];
  for (const { file, object } of files) {
    const wanted = named.get(object.key);
    if (wanted === undefined || wanted.sha256 === file.artifact.sha256 || !created.includes(object.key)) continue;
    if ((await readBack(store, object.key, io)).sha256 !== wanted.sha256) spoilt.push(wanted.name);
  }
  if (spoilt.length === 0) return undefined;
  return new ColdstoreError(
    "integrity",
    `${setText(set)} in ${store.name} is another run's, which was at work at the same moment, and ${nameSome(spoilt)} of it has this ` +
      "run's bytes now: store that set again with on-conflict: replace, and see to it that only one run at a time stores there",
  );
}

/** Another run's doing that the store has found out about when all was to be there for good. */
async function clashOf(store: Store, io: Io): Promise<ColdstoreError | undefined> {
  try {
    await store.settle(io);
    return undefined;
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "conflict") return error;
    throw error;
  }
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
      "one that is still at work, or somebody else's; let that run end, rename your own, or store beside them with on-conflict: replace (keep leaves only whole sets alone)",
  );
}

function oneError(errors: readonly ColdstoreError[]): ColdstoreError {
  const [first, second] = errors;
  return first !== undefined && second === undefined ? first : new SeveralErrors(errors);
}
