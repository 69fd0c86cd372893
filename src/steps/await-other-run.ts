import type { ArchiveSet } from "../model/archive-set.ts";
import type { SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listSet, loadSets } from "./list-sets.ts";

/** A set that another run is at work on. */
export interface Waiting {
  readonly store: Store;
  readonly set: SetName;
  /** Keys that this run has created itself: they say nothing of what the other one does. */
  readonly own?: readonly string[];
  /** As many looks as the other run needs at the most where looking needs no pauses. */
  readonly looks: number;
}

/** Looks at a set until `decide` has an answer; undefined when the other run has done nothing for too long. */
export async function awaitOtherRun<T>(
  { store, set, own = [], looks }: Waiting,
  decide: (found: ArchiveSet | undefined) => T | undefined,
  io: Io,
): Promise<T | undefined> {
  let same = 0;
  let before = "";
  for (let look = 1; ; look += 1) {
    const [found] = await loadSets(store, [await listSet(store, set, io)], io);
    const decided = decide(found);
    if (decided !== undefined) return decided;
    const others = (found?.files ?? []).filter(({ name }) => !own.includes(`${found?.prefix}${name}`));
    const now = JSON.stringify(others.map(({ name, bytes, modified }) => [name, bytes, modified]));
    same = now === before ? same + 1 : 1;
    before = now;
    if (!(await isWorthALook(store, { looks: same, newest: newestOf(others) }, look < looks, io))) return undefined;
  }
}

/** The set that is there now, unless it is the one to be replaced; waits for one that another run is just about to finish. */
export async function awaitWholeSet(
  waiting: Omit<Waiting, "looks">,
  replaces: ArchiveSet | undefined,
  io: Io,
): Promise<CompleteSet | undefined> {
  const old = replaces?.state === "complete" ? replaces.manifest.seal : undefined;
  const isOther = (found: ArchiveSet | undefined) =>
    found?.state === "complete" && found.manifest.seal !== old ? found : undefined;
  // As many as it takes to place a manifest, once it's known which files are there or the old one is kept.
  return awaitOtherRun({ ...waiting, looks: replaces === undefined ? 16 : 256 }, isOther, io);
}

/** Waits as the store wants it; without its word a number of looks does. */
async function isWorthALook(
  store: Store,
  seen: { readonly looks: number; readonly newest: Date | undefined },
  otherwise: boolean,
  io: Io,
): Promise<boolean> {
  io.signal.throwIfAborted();
  return store.lookAgain === undefined ? otherwise : store.lookAgain(seen, io);
}

function newestOf(files: readonly { readonly modified?: Date }[]): Date | undefined {
  const times = files.flatMap(({ modified }) => modified?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}
