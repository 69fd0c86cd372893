import { missingFiles, type ArchiveSet } from "../model/archive-set.ts";
import { ColdstoreError } from "../model/errors.ts";
import { type NamedDigest, storedFiles } from "../model/manifest.ts";
import { setText } from "../model/set-name.ts";
import { formatBytes } from "../model/units.ts";
import type { Io, Store } from "../ports/store.ts";
import { decideJob, type Job } from "./decide-job.ts";
import { type CompleteSet, type Standing, standingOfEqual } from "./find-standing.ts";
import { isKeptManifest } from "./keep-old-manifest.ts";
import { nameSome } from "./name-some.ts";
import { unlessLocked } from "./unless-locked.ts";

/** A file that a store is to get, as the source's set has it, and the key that it's to have there. */
export interface Wanted {
  readonly key: string;
  readonly file: NamedDigest;
}

/** What is to be done in one store to have a copy of a set there. */
export type CopyJob =
  /** `there`: files that lie there already under their keys, of the right size. `replaces`: a set whose manifest is swapped last. */
  | {
      readonly kind: "copy";
      readonly wanted: readonly Wanted[];
      readonly there: readonly Wanted[];
      readonly replaces?: ArchiveSet;
    }
  /** Put files back that the manifest there names. */
  | { readonly kind: "repair"; readonly set: CompleteSet; readonly wanted: readonly Wanted[] }
  | { readonly kind: "leave"; readonly outcome: "unchanged" | "kept"; readonly set: CompleteSet }
  | { readonly kind: "refuse"; readonly error: ColdstoreError };

export interface CopyQuestion {
  readonly store: Store;
  readonly source: CompleteSet;
  /** What the store has under the set's name. */
  readonly found: ArchiveSet;
  readonly onConflict: "fail" | "replace" | "keep";
}

/** Decides what a store needs to have a set whole; asks it whether anything can still be changed there. */
export async function decideCopy(question: CopyQuestion, io: Io): Promise<CopyJob> {
  const { store, source, found, onConflict } = question;
  const rules = { onConflict, planDecides: true, store: store.name };
  const standing = standingOf(source, found);
  const job = await unlessLocked(store, decideJob(standing, rules), source.name, io);
  switch (job.kind) {
    case "make":
    case "replace":
      return copyJob(question, job.kind === "replace" && found.manifests.length > 0 ? found : undefined);
    case "repair":
      return repairJob(question, job);
    case "refuse":
      if (found.state === "damaged" && job.error === found.error) return { kind: "refuse", error: inTheWay(question) };
      return standing.kind === "other" ? { kind: "refuse", error: withWayOut(question, standing.why, job.error) } : job;
    case "leave":
      return job;
    case "compare":
      throw new ColdstoreError("bug", "a copy was to be compared with what isn't made");
  }
}

/** Bytes that a job brings into its store. */
export function bytesToCopy(job: CopyJob): number {
  return "wanted" in job ? job.wanted.reduce((sum, { file }) => sum + file.bytes, 0) : 0;
}

function standingOf({ manifest }: CompleteSet, found: ArchiveSet): Standing {
  if (found.files.length === 0) return { kind: "absent" };
  switch (found.state) {
    case "incomplete":
      return { kind: "unfinished", set: found };
    case "damaged":
      return { kind: "damaged", set: found, error: found.error };
    case "complete": {
      const why = `${setText(found.name)} is there with other content`;
      if (found.manifest.content_sha256 !== manifest.content_sha256) return { kind: "other", set: found, why };
      return standingOfEqual(found, [...new Set(manifest.artifacts.flatMap(({ format }) => format ?? []))]);
    }
  }
}

/** Where a copy can't take a set's place, whatever is asked, that isn't offered. */
function withWayOut(question: CopyQuestion, why: string, error: ColdstoreError): ColdstoreError {
  const { store, found } = question;
  if (error.failure !== "conflict") return error;
  const there = `${why} (in ${store.name})`;
  if (found.frozen)
    return new ColdstoreError(
      "conflict",
      `${there}, is frozen and is never replaced; use on-conflict: keep to leave it, or copy this one elsewhere`,
    );
  const replacing = copyJob(question, found);
  return replacing.kind === "refuse"
    ? new ColdstoreError(replacing.error.failure, `${there}, and can't be replaced: ${replacing.error.message}`)
    : error;
}

/** A copy keeps the names of its files, so that what has one of them and other bytes is in its way. */
function copyJob(question: CopyQuestion, replaces: ArchiveSet | undefined): CopyJob {
  const { source, found, store } = question;
  const files = storedFiles(source.manifest);
  const large = files.filter(({ bytes }) => bytes > (store.traits.maxObjectBytes ?? Infinity));
  if (large.length > 0) return { kind: "refuse", error: tooLarge(question, large) };
  const listed = new Map(found.files.map((file) => [file.name, file]));
  const named = found.state === "complete" ? storedFiles(found.manifest) : [];
  const digests = new Map(named.map(({ name, sha256 }) => [name, sha256]));
  const wanted: Wanted[] = [];
  const there: Wanted[] = [];
  const others: string[] = [];
  for (const file of files) {
    const at = listed.get(file.name);
    const each = { key: source.prefix + file.name, file };
    if (at === undefined) wanted.push(each);
    else if (at.bytes === file.bytes && (at.sha256 ?? digests.get(file.name) ?? file.sha256) === file.sha256)
      there.push(each);
    else others.push(file.name);
  }
  const strays = straysBeside(question);
  if (others.length > 0 || strays.length > 0) return { kind: "refuse", error: otherBytes(question, others, strays) };
  return { kind: "copy", wanted, there, ...(replaces && { replaces }) };
}

/** Files that no one could tell from damage once the set is there: its manifest, which is copied as it is, doesn't name them. */
function straysBeside({ source, found }: CopyQuestion): readonly string[] {
  const own = storedFiles(source.manifest).map(({ name }) => name);
  const known = new Set([...own, ...(source.manifest.run.superseded ?? []), ...found.manifests]);
  return found.files.map(({ name }) => name).filter((name) => !known.has(name) && !isKeptManifest(name));
}

/** What a set lacks can be had of another one with the same content, as far as that has the very bytes. */
function repairJob({ source, store }: CopyQuestion, { set }: Extract<Job, { kind: "repair" }>): CopyJob {
  const missing = new Set(missingFiles(set, set.manifest));
  const lost = storedFiles(set.manifest).filter(({ name }) => missing.has(name));
  const have = new Map(storedFiles(source.manifest).map((file) => [file.sha256, file]));
  const gone = lost.filter(({ sha256 }) => !have.has(sha256)).map(({ name }) => name);
  if (gone.length > 0)
    return {
      kind: "refuse",
      error: new ColdstoreError(
        "integrity",
        `${nameSome(gone)} of ${setText(set.name)} is missing, short or changed in ${store.name}, and the set that is copied has the same ` +
          "content in other files; move what is left of it away, then run again",
      ),
    };
  const wanted = lost.flatMap(({ name, sha256 }) => {
    const file = have.get(sha256);
    return file === undefined ? [] : [{ key: set.prefix + name, file }];
  });
  return { kind: "repair", set, wanted };
}

/** What a set can't be copied beside: files that have its files' names and other bytes, and files that aren't of it. */
export function otherBytes(
  { store, source, found }: Pick<CopyQuestion, "store" | "source" | "found">,
  names: readonly string[],
  strays: readonly string[] = [],
): ColdstoreError {
  const has = [
    ...(names.length === 0 ? [] : [`other bytes as ${nameSome(names)}`]),
    ...(strays.length === 0 ? [] : [`${nameSome(strays)} beside them, which the copied manifest doesn't name`]),
  ].join(" and ");
  const set = `${setText(source.name)} in ${store.name}`;
  const orKeep = found.state === "complete" ? ", or use on-conflict: keep to leave it" : "";
  const message =
    found.manifests.length > 0
      ? `${set} has ${has}, and a copy keeps its names and its manifest, so that the two can't lie side by side; move that set away, then run again${orKeep}`
      : `${set} is unfinished and has ${has}: left by another run, of one that is still at work, or somebody else's; let that run end, ` +
        "or remove them, then run again";
  return new ColdstoreError("conflict", message);
}

function inTheWay({ store, found }: CopyQuestion): ColdstoreError {
  const [reason, failure] =
    found.state === "damaged"
      ? ([found.error.message, found.error.failure] as const)
      : (["it can't be read", "integrity"] as const);
  const isTold = found.state === "damaged" && (failure === "integrity" || found.newer === true);
  const way = isTold ? "" : "; use on-conflict: replace to store the copy in its place";
  return new ColdstoreError(failure, `${setText(found.name)} in ${store.name} is no sound set: ${reason}${way}`);
}

function tooLarge({ store, source }: CopyQuestion, files: readonly NamedDigest[]): ColdstoreError {
  const names = files.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`);
  const most = formatBytes(store.traits.maxObjectBytes ?? 0);
  return new ColdstoreError(
    "settings",
    `${nameSome(names)} of ${setText(source.name)} can't be copied to ${store.name}, which takes files of up to ${most}: a copy keeps its files ` +
      "as they are; make the set again with split-size: 1900MiB, or copy it elsewhere",
  );
}
