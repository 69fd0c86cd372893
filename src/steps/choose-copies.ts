import type { ArchiveSet } from "../model/archive-set.ts";
import { ColdstoreError } from "../model/errors.ts";
import { isTimedId } from "../model/set-id.ts";
import { setText } from "../model/set-name.ts";
import { rfc3339 } from "../model/timestamps.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { type Selection, selectSets } from "./select-sets.ts";
import { whyUnsound } from "./why-unsound.ts";

export interface CopyWish extends Selection {
  /** Modes whose sets are meant; empty: all. */
  readonly onlyModes: readonly string[];
  /** Sets made before are left out. */
  readonly since: Date | undefined;
}

/** The sets of a store that are meant. */
export interface Chosen {
  /** Those that are whole by the store's listing, the oldest first. */
  readonly whole: readonly CompleteSet[];
  /** The others: nothing of them can be copied. */
  readonly broken: readonly ArchiveSet[];
}

/** The sets to copy out of a store; throws `not-found` when there are none, and as `selectSets` does. */
export async function chooseCopies(from: Store, wish: CopyWish, io: Io): Promise<Chosen> {
  const { sets: selectors, onlyModes, since } = wish;
  const named = await selectSets(from, wish, io);
  const sets = [...new Map(named.map((set) => [setText(set.name), set])).values()]
    .filter(({ leftover }) => selectors.length > 0 || leftover === undefined)
    .filter(({ name }) => onlyModes.length === 0 || onlyModes.includes(name.mode))
    .filter((set) => since === undefined || isSince(set, since));
  if (sets.length === 0) throw nothingThere(from, wish);
  const whole = sets.flatMap((set) => (set.state === "complete" && whyUnsound(set) === undefined ? set : []));
  return { whole: whole.sort(byMaking), broken: sets.filter((set) => !whole.some((each) => each === set)) };
}

/** Of the same second, in the order of their names. */
function byMaking(a: CompleteSet, b: CompleteSet): number {
  const [first = "", second = ""] = [a, b].map(({ manifest, prefix }) => `${manifest.run.started} ${prefix}`);
  return first === second ? 0 : first < second ? -1 : 1;
}

/** A set that nothing tells the time of is meant: what is wrong with it isn't to be passed over. */
function isSince(set: ArchiveSet, since: Date): boolean {
  const time = timeOf(set);
  return time === undefined || time >= since.getTime();
}

function timeOf(set: ArchiveSet): number | undefined {
  if (set.state === "complete") return Date.parse(set.manifest.run.started);
  const { id } = set.name;
  if (isTimedId(id)) return Date.parse(id.replace(/(....)(..)(..)T(..)(..)(..)Z.*/, "$1-$2-$3T$4:$5:$6Z"));
  const times = set.files.flatMap(({ modified }) => modified?.getTime() ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

function nothingThere(from: Store, { project, onlyModes, since }: CopyWish): ColdstoreError {
  const which = [
    ...(project === undefined ? [] : [` of ${project}`]),
    ...(onlyModes.length === 0 ? [] : [` of mode ${onlyModes.join(" or ")}`]),
    ...(since === undefined ? [] : [` made since ${rfc3339(since)}`]),
  ].join("");
  const unseen = from.show === undefined ? "" : " (drafts are seen only with a token that may write contents)";
  return new ColdstoreError(
    "not-found",
    `there are no sets${which} in ${from.name}, so there is nothing to copy; give with from the store that they are in${unseen}`,
  );
}
