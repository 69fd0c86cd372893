import type { ListedSet } from "../model/archive-set.ts";
import { isTimedId } from "../model/set-id.ts";
import type { SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listSets, loadSets } from "./list-sets.ts";

/** What a store tells of the sets that were made last. */
export interface RecentSets {
  /** The oldest first; of their files those may lack that the store can't list without reading manifests. */
  readonly sets: readonly CompleteSet[];
  /** Why sets that may be among them aren't: a sentence each. */
  readonly unreadable: readonly string[];
}

/**
 * The newest sets of a project and mode that everybody can see, by when their runs began. Reads the listing, and manifests of those sets alone that may be
 * among them: `count`, and as many again for each of the clocks of a listing that has an order of its own.
 */
export async function recentSets(
  store: Store,
  { project, mode }: Omit<SetName, "id">,
  count: number,
  io: Io,
): Promise<RecentSets> {
  const all = await listSets(store, { project, mode, want: "manifests" }, io);
  const listed = all.filter((set) => set.manifests.length > 0 && set.hidden === undefined);
  const loaded = await loadSets(store, candidates(listed, count), io);
  return {
    sets: loaded
      .filter((set) => set.state === "complete")
      .sort(byBegin)
      .slice(-count),
    unreadable: loaded.flatMap((set) => (set.state === "damaged" ? set.error.message : [])),
  };
}

/** The order in which sets were made; of the same second, that of their ids. */
function byBegin(a: CompleteSet, b: CompleteSet): number {
  const [first, second] = [a, b].map(({ manifest, name }) => `${manifest.run.started} ${name.id}`);
  return first === second ? 0 : (first ?? "") < (second ?? "") ? -1 : 1;
}

/** A time that the listing tells of a set; only the order of one clock's times means anything. */
type Clock = (set: ListedSet) => string | undefined;

// None of them is the time when a set was made: a snapshot's id has its commit's, a file's may be that of a copy, and a proof
// may be of a later day. Each of the three is near it in stores in which another one isn't.
const clocks: readonly Clock[] = [
  ({ name }) => (isTimedId(name.id) ? name.id : undefined),
  ({ proofs }) => proofs[0],
  ({ files, manifests }) => files.find(({ name }) => name === manifests[0])?.modified?.toISOString(),
];

function candidates(listed: readonly ListedSet[], count: number): readonly ListedSet[] {
  const timeless = listed.filter((set) => clocks.every((clock) => clock(set) === undefined));
  return [...new Set([...clocks.flatMap((clock) => newestBy(clock, listed, count)), ...timeless.slice(-count)])];
}

function newestBy(clock: Clock, listed: readonly ListedSet[], count: number): readonly ListedSet[] {
  return listed
    .flatMap((set) => {
      const time = clock(set);
      return time === undefined ? [] : [{ set, time }];
    })
    .sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1))
    .slice(-count)
    .map(({ set }) => set);
}
