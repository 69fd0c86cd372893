import type { ArchiveSet, ListedFile, ListedSet } from "../model/archive-set.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { meaningOf, recordsPrefix, type KeyMeaning } from "../model/keys.ts";
import { manifestSuffix } from "../model/manifest.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { Io, Store, StoredObject } from "../ports/store.ts";
import { NewerManifest, parseManifest } from "./seal-manifest.ts";

/** Which part of a store to list; what is absent matches all. */
export interface ListFilter {
  readonly project?: string;
  readonly mode?: string;
  /** Other files needn't all be listed. */
  readonly want?: "manifests";
}

/** Every set under a filter, in byte order of their names, from the store's listing alone. */
export async function listSets(store: Store, filter: ListFilter, io: Io): Promise<readonly ListedSet[]> {
  const sets = new Map<string, Gathered>();
  for (const prefix of prefixesOf(store, filter))
    for await (const object of store.list(prefix, io, filter.want)) gather(sets, object);
  return [...sets.values()]
    .filter((set) => set.files.length > 0 && (filter.mode === undefined || set.name.mode === filter.mode))
    .map(finish)
    .sort((a, b) => Buffer.compare(Buffer.from(a.prefix), Buffer.from(b.prefix)));
}

/** A project's history, and what its sets share, may be many times the files of one mode. */
function prefixesOf({ traits }: Store, { project, mode }: ListFilter): readonly string[] {
  if (project === undefined) return [""];
  if (mode === undefined) return [`${project}/`];
  return [`${project}/${mode}/`, ...(traits.records ? [`${project}/records/${mode}/`] : [])];
}

/** One set by its name, from the store's listing alone; a set that isn't there has no files. */
export async function listSet(store: Store, name: SetName, io: Io): Promise<ListedSet> {
  const sets = new Map<string, Gathered>([[setText(name), emptySet(name)]]);
  for (const prefix of [setPrefix(name), ...(store.traits.records ? [recordsPrefix(name)] : [])])
    for await (const object of store.list(prefix, io)) gather(sets, object);
  return finish(sets.get(setText(name)) ?? emptySet(name));
}

/** Reads the manifests of listed sets. A set whose manifest can't be read or trusted is `damaged`, with the reason. */
export async function loadSets(store: Store, listed: readonly ListedSet[], io: Io): Promise<readonly ArchiveSet[]> {
  const keys = listed.flatMap((set) => set.manifests.slice(0, 1).map((file) => set.prefix + file));
  const bytes = new Map<string, Uint8Array | ColdstoreError>();
  for await (const object of store.read(keys, io)) {
    if ("data" in object) bytes.set(object.key, object.data);
    else if ("error" in object) bytes.set(object.key, object.error);
  }
  return listed.map((set) => withManifest(set, bytes));
}

interface Gathered {
  readonly name: SetName;
  readonly files: ListedFile[];
  readonly records: Extract<KeyMeaning, { kind: "record" }>[];
  /** The store itself keeps one of its files from ever being changed. */
  locked: boolean;
  /** Not everybody can see one of its files yet. */
  hidden: ListedSet["hidden"];
  /** One of its files is of a set that can be told. */
  told: boolean;
}

function gather(sets: Map<string, Gathered>, object: StoredObject): void {
  const meaning = meaningOf(object.key);
  if (meaning === undefined || meaning.kind === "history") return;
  const key = setText(meaning.set);
  const set = sets.get(key) ?? emptySet(meaning.set);
  sets.set(key, set);
  if (meaning.kind === "record") set.records.push(meaning);
  else {
    set.files.push(listedFile(meaning.file, object));
    set.locked ||= object.locked === true;
    set.hidden ??= object.hidden;
    set.told ||= object.leftover !== true;
  }
}

function listedFile(
  name: string,
  { bytes, digests: { sha256 }, modified, frozen, tier = "" }: StoredObject,
): ListedFile {
  return {
    name,
    bytes,
    ...(sha256 !== undefined && { sha256 }),
    ...(modified && { modified }),
    ...(frozen && { cold: tier }),
  };
}

function emptySet(name: SetName): Gathered {
  return { name, files: [], records: [], locked: false, hidden: undefined, told: false };
}

function finish({ name, files, records, locked, hidden, told }: Gathered): ListedSet {
  const inTime = records.toSorted(byTime);
  return {
    name,
    prefix: setPrefix(name),
    files,
    manifests: files.map((file) => file.name).filter((file) => file.endsWith(manifestSuffix)),
    proofs: inTime.filter(({ record }) => record === "proof").map(({ time }) => time),
    frozen:
      locked || inTime.findLast(({ record }) => record === "freeze" || record === "unfreeze")?.record === "freeze",
    ...(hidden && { hidden }),
    ...(files.length > 0 && !told && { leftover: true }),
  };
}

/** Of the same second a freeze counts as the later one: a set that someone wanted to keep is kept. */
function byTime(a: Gathered["records"][number], b: Gathered["records"][number]): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return Number(a.record === "freeze") - Number(b.record === "freeze");
}

function withManifest(set: ListedSet, bytes: ReadonlyMap<string, Uint8Array | ColdstoreError>): ArchiveSet {
  const [file, second] = set.manifests;
  if (file === undefined) return { ...set, state: "incomplete" };
  if (second !== undefined)
    return damaged(set, `${setText(set.name)} has two manifests, ${file} and ${second}; move the wrong one away`);
  const read = bytes.get(set.prefix + file);
  if (read === undefined) return { ...set, state: "incomplete" };
  if (read instanceof ColdstoreError) return { ...set, state: "damaged", error: read };
  return parsed(set, file, read);
}

function parsed(set: ListedSet, manifestName: string, bytes: Uint8Array): ArchiveSet {
  try {
    const manifest = parseManifest(bytes, `${setText(set.name)}/${manifestName}`);
    if (manifest.run.set !== set.name.id || manifest.content.mode !== set.name.mode)
      return damaged(
        set,
        `${setText(set.name)}/${manifestName} is the manifest of another set, ${manifest.run.set}; ${wayOut}`,
      );
    return { ...set, state: "complete", manifest, manifestName };
  } catch (error) {
    if (error instanceof NewerManifest) return { ...set, state: "damaged", error, newer: true };
    const { failure, message } = asColdstoreError(error);
    const told = new ColdstoreError(failure, failure === "integrity" ? `${message}; ${wayOut}` : message, {
      cause: error,
    });
    return { ...set, state: "damaged", error: told };
  }
}

// Holds in every mode, and for sets that are frozen, too, which nothing replaces.
const wayOut =
  "move it aside or use on-conflict: replace, and store the set again, by the run that makes it or by replicate from a store that has it";

function damaged(set: ListedSet, message: string): ArchiveSet {
  return { ...set, state: "damaged", error: new ColdstoreError("integrity", message) };
}
