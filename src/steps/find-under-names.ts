import type { ArchiveSet, ListedSet } from "../model/archive-set.ts";
import { recordsPrefix } from "../model/keys.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { listSet, listSets, loadSets } from "./list-sets.ts";

/** What a store has under a set's name. */
export interface UnderName {
  /** Without files where there is none. */
  readonly set: ArchiveSet;
  /** Keys of its records, in byte order. */
  readonly records: readonly string[];
}

// More of them are found sooner by listing their projects as a whole.
const few = 8;

/** What a store has under each of these names, by their texts. */
export async function findUnderNames(
  store: Store,
  names: readonly SetName[],
  io: Io,
): Promise<ReadonlyMap<string, UnderName>> {
  const listed = names.length <= few ? await listEach(store, names, io) : await listProjects(store, names, io);
  const records = await findRecords(store, names, io);
  const sets = await loadSets(store, listed, io);
  return new Map(
    sets.map((set) => [setText(set.name), { set, records: records.get(recordsPrefix(set.name)) ?? [] }] as const),
  );
}

/** Keys of the records of these names, and of others maybe, by what they begin with, in byte order. */
export async function findRecords(
  store: Store,
  names: readonly SetName[],
  io: Io,
): Promise<ReadonlyMap<string, readonly string[]>> {
  return Map.groupBy(await recordKeys(store, names, io), (key) => key.slice(0, key.lastIndexOf("/") + 1));
}

async function listEach(store: Store, names: readonly SetName[], io: Io): Promise<readonly ListedSet[]> {
  const sets: ListedSet[] = [];
  for (const name of names) sets.push(await listSet(store, name, io));
  return sets;
}

async function listProjects(store: Store, names: readonly SetName[], io: Io): Promise<readonly ListedSet[]> {
  const found = new Map<string, ListedSet>();
  for (const project of new Set(names.map((name) => name.project)))
    for (const set of await listSets(store, { project }, io)) found.set(setText(set.name), set);
  return names.map((name) => found.get(setText(name)) ?? nothingUnder(name));
}

function nothingUnder(name: SetName): ListedSet {
  return { name, prefix: setPrefix(name), files: [], manifests: [], proofs: [], frozen: false };
}

async function recordKeys(store: Store, names: readonly SetName[], io: Io): Promise<readonly string[]> {
  if (!store.traits.records) return [];
  const prefixes = new Set(
    names.length <= few ? names.map(recordsPrefix) : names.map(({ project, mode }) => `${project}/records/${mode}/`),
  );
  const keys: string[] = [];
  for (const prefix of prefixes) for await (const { key } of store.list(prefix, io)) keys.push(key);
  return keys;
}
