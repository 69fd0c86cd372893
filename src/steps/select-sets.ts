import type { ArchiveSet, ListedSet } from "../model/archive-set.ts";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { isRecordFromWithin } from "../model/keys.ts";
import { setText, type SetName, type SetSelector } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { listSet, listSets, loadSets } from "./list-sets.ts";

export interface Selection {
  /** All projects when absent. */
  readonly project?: string | undefined;
  /** All sets when empty. */
  readonly sets: readonly SetSelector[];
}

/** A set and the store that it lies in. */
export interface SetCopy {
  readonly store: Store;
  readonly set: ArchiveSet;
}

/**
 * The sets of a store that are meant, with their manifests; in the order of the selectors, else in byte order. Throws
 * `not-found` for selectors that no set fits, and `settings`, with the candidates, for one that several do.
 */
export async function selectSets(store: Store, selection: Selection, io: Io): Promise<readonly ArchiveSet[]> {
  const places = await placesIn([store], selection, io);
  const chosen =
    selection.sets.length === 0
      ? places.map(({ set }) => set)
      : await Promise.all(
          meantOnes(places, selection.sets, [store])
            .flat()
            .map(async (place) => inFull(place, io)),
        );
  return loadSets(store, chosen, io);
}

/** For each selector all copies of the one set that it means, in the order of the stores. Throws as `selectSets` does. */
export async function selectCopies(
  stores: readonly Store[],
  selection: Selection,
  io: Io,
): Promise<readonly (readonly SetCopy[])[]> {
  const chosen = meantOnes(await placesIn(stores, selection, io), selection.sets, stores);
  return Promise.all(chosen.map(async (places) => (await Promise.all(places.map(async (at) => load(at, io)))).flat()));
}

async function load({ store, set }: Place, io: Io): Promise<readonly SetCopy[]> {
  return (await loadSets(store, [await inFull({ store, set }, io)], io)).map((loaded) => ({ store, set: loaded }));
}

/** A set that was found by its name, with all its files: where there are no folders, a look for manifests doesn't tell all of them. */
async function inFull({ store, set }: Place, io: Io): Promise<ListedSet> {
  if (!store.traits.flat || set.leftover) return set;
  const full = await listSet(store, set.name, io);
  return full.files.length > 0 ? full : set;
}

interface Place {
  readonly store: Store;
  readonly set: ListedSet;
}

async function placesIn(
  stores: readonly Store[],
  { project, sets: wanted }: Selection,
  io: Io,
): Promise<readonly Place[]> {
  const filter = {
    ...(project !== undefined && { project }),
    ...(wanted.length > 0 && { want: "manifests" as const }),
  };
  const all = stores.map(async (store) => {
    const sets = await listSets(store, filter, io);
    assertRoot(store, sets);
    return sets.map((set) => ({ store, set }));
  });
  return (await Promise.all(all)).flat();
}

/** Throws `not-found` for a folder inside a store: all that reads as a set in it has the records of one, and nothing else. */
function assertRoot({ name }: Store, sets: readonly ListedSet[]): void {
  const isStray = (set: ListedSet) => set.files.every((file) => isRecordFromWithin(set.name, file.name));
  if (sets.length === 0 || !sets.every(isStray)) return;
  throw new ColdstoreError("not-found", `${name} looks like a folder inside a store; give its parent`);
}

/** What stands against the selectors is said of all of them at once. */
function meantOnes(
  places: readonly Place[],
  selectors: readonly SetSelector[],
  stores: readonly Store[],
): readonly (readonly Place[])[] {
  const fitting = selectors.map((selector) => places.filter(({ set }) => isMeant(set.name, selector)));
  const unknown = selectors.filter((_, i) => fitting[i]?.length === 0);
  const errors = [
    ...selectors.flatMap((selector, i) => ambiguity(selector, fitting[i] ?? [])),
    ...(unknown.length > 0 ? [noSuchSet(places, unknown, stores)] : []),
  ];
  const [error, ...others] = errors;
  if (error !== undefined) throw others.length === 0 ? error : new SeveralErrors(errors);
  return fitting;
}

function isMeant(name: SetName, selector: SetSelector): boolean {
  return (
    name.id === selector.id &&
    (selector.mode ?? name.mode) === name.mode &&
    (selector.project ?? name.project) === name.project
  );
}

/** Copies of one set in several stores are no ambiguity. */
function ambiguity({ id }: SetSelector, places: readonly Place[]): readonly ColdstoreError[] {
  const names = [...new Set(places.map(({ set }) => setText(set.name)))];
  if (names.length < 2) return [];
  const message = `set is "${id}", which could be any of ${names.join(", ")}; give one of them in full`;
  return [new ColdstoreError("settings", message)];
}

function noSuchSet(
  places: readonly Place[],
  unknown: readonly SetSelector[],
  stores: readonly Store[],
): ColdstoreError {
  const wanted = unknown.map(({ project, mode, id }) =>
    [project, mode, id].filter((part) => part !== undefined).join("/"),
  );
  const where = stores.map(({ name }) => name).join(", ");
  const there = [...new Set(places.map(({ set }) => setText(set.name)))].slice(-5);
  const none = stores.length === 1 ? "it has no sets" : "they have no sets";
  const has = there.length === 0 ? none : `the last ones there are ${there.join(", ")}`;
  return new ColdstoreError("not-found", `there is no set ${wanted.join(" and no set ")} in ${where}; ${has}`);
}
