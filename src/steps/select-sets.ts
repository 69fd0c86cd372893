import type { ArchiveSet, ListedSet } from "../model/archive-set.ts";
import { ColdstoreError } from "../model/errors.ts";
import { setText, type SetName, type SetSelector } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { listSets, loadSets } from "./list-sets.ts";

export interface Selection {
  /** All projects when absent. */
  readonly project?: string | undefined;
  /** All sets when empty. */
  readonly sets: readonly SetSelector[];
}

/**
 * The sets of a store that are meant, with their manifests; in the order of the selectors, else in byte order. Throws
 * `not-found` for a selector that no set fits, and `settings`, with the candidates, for one that several do.
 */
export async function selectSets(store: Store, selection: Selection, io: Io): Promise<readonly ArchiveSet[]> {
  const filter = selection.project === undefined ? {} : { project: selection.project };
  const listed = await listSets(store, filter, io);
  const chosen =
    selection.sets.length === 0 ? listed : selection.sets.map((selector) => theOne(listed, selector, store));
  return loadSets(store, chosen, io);
}

function theOne(listed: readonly ListedSet[], selector: SetSelector, store: Store): ListedSet {
  const [first, ...others] = listed.filter(({ name }) => isMeant(name, selector));
  if (first === undefined) throw noSuchSet(listed, selector, store);
  if (others.length === 0) return first;
  const candidates = [first, ...others].map(({ name }) => setText(name)).join(", ");
  throw new ColdstoreError(
    "settings",
    `set is "${selector.id}", which could be any of ${candidates}; give one of them in full`,
  );
}

function isMeant(name: SetName, selector: SetSelector): boolean {
  return (
    name.id === selector.id &&
    (selector.mode ?? name.mode) === name.mode &&
    (selector.project ?? name.project) === name.project
  );
}

function noSuchSet(listed: readonly ListedSet[], selector: SetSelector, store: Store): ColdstoreError {
  const wanted = [selector.project, selector.mode, selector.id].filter((part) => part !== undefined).join("/");
  const there = listed.slice(-5).map(({ name }) => setText(name));
  const has = there.length === 0 ? "it has no sets" : `the last ones there are ${there.join(", ")}`;
  return new ColdstoreError("not-found", `there is no set ${wanted} in ${store.name}; ${has}`);
}
