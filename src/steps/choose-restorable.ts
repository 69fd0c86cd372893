import { type ArchiveSet, lastProof } from "../model/archive-set.ts";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { setText, type SetSelector } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { nameSome } from "./name-some.ts";
import { type SetCopy, selectCopies, selectSets } from "./select-sets.ts";
import { noManifest, whyUnsound } from "./why-unsound.ts";

/** A whole set, by its listing, and where it lies. */
export interface RestorableCopy {
  readonly store: Store;
  readonly set: CompleteSet;
}

/** The sets to bring back, the best first: what comes later is for when it can't be read. */
export interface Choice {
  /** Copies of one set follow each other. */
  readonly copies: readonly RestorableCopy[];
  /** What a person should know of the choice; a sentence each. */
  readonly notes: readonly string[];
}

export interface Wish {
  readonly project?: string | undefined;
  /** Absent: the newest proven set. */
  readonly set?: SetSelector | undefined;
}

/**
 * The set that is meant, or the newest one that somebody proved; newer ones that aren't taken are named. Throws `not-found` when
 * there is none, `settings` when it could be of several projects, `integrity` when what is meant isn't whole anywhere.
 */
export async function chooseRestorable(stores: readonly Store[], wish: Wish, io: Io): Promise<Choice> {
  if (wish.set === undefined) return newest(await allCopies(stores, wish, io), stores);
  const [copies = []] = await selectCopies(stores, { project: wish.project, sets: [wish.set] }, io);
  const whole = copies.flatMap(restorable);
  if (whole.length === 0) throw oneError(copies.map(whyNot));
  return { copies: whole, notes: [] };
}

async function allCopies(stores: readonly Store[], { project }: Wish, io: Io): Promise<readonly SetCopy[]> {
  const all = stores.map(async (store) =>
    (await selectSets(store, { project, sets: [] }, io)).map((set) => ({ store, set })),
  );
  return (await Promise.all(all)).flat();
}

function newest(copies: readonly SetCopy[], stores: readonly Store[]): Choice {
  const where = stores.map(({ name }) => name).join(", ");
  if (copies.length === 0) throw new ColdstoreError("not-found", `there are no sets in ${where}; give another store`);
  const projects = [...new Set(copies.map(({ set }) => set.name.project))];
  if (projects.length > 1)
    throw new ColdstoreError("settings", `${where} has sets of ${nameSome(projects)}; say with project which is meant`);
  const whole = copies.flatMap(restorable).sort(newestFirst);
  const proven = whole.filter(({ set }) => lastProof(set, set.manifest) !== undefined);
  const [best] = proven.length > 0 ? proven : whole;
  if (best === undefined) throw oneError(copies.map(whyNot));
  const unproven = proven.length > 0 ? [] : [`no set in ${where} was ever proven; each byte is compared all the same`];
  return { copies: proven.length > 0 ? proven : whole, notes: [...unproven, ...passedOver(copies, best)] };
}

function restorable({ store, set }: SetCopy): readonly RestorableCopy[] {
  return set.state === "complete" && whyUnsound(set) === undefined ? [{ store, set }] : [];
}

function newestFirst(a: RestorableCopy, b: RestorableCopy): number {
  const [first, second] = [a, b].map(({ set }) => `${set.manifest.run.started} ${setText(set.name)}`);
  return first === second ? 0 : (first ?? "") < (second ?? "") ? 1 : -1;
}

/** Sets that may be newer than the one that is taken, each with why it isn't. */
function passedOver(copies: readonly SetCopy[], best: RestorableCopy): readonly string[] {
  const taken = best.set.manifest.run.started;
  return copies.flatMap(({ store, set }) => {
    if (setText(set.name) === setText(best.set.name) || !mayBeNewer(set, taken)) return [];
    const why = whyUnsound(set) ?? whyUnproven(set);
    return why === undefined ? [] : [`${setText(set.name)} in ${store.name} is newer, and isn't taken: ${why}`];
  });
}

/** What tells no time may well be newer. */
function mayBeNewer(set: ArchiveSet, taken: string): boolean {
  if (set.state === "complete") return set.manifest.run.started > taken;
  const times = set.files.flatMap(({ modified }) => modified?.getTime() ?? []);
  return times.length === 0 || Math.max(...times) > Date.parse(taken);
}

function whyUnproven(set: ArchiveSet): string | undefined {
  const isProven = set.state !== "complete" || lastProof(set, set.manifest) !== undefined;
  return isProven ? undefined : "it was never proven";
}

function whyNot({ set }: SetCopy): ColdstoreError {
  if (set.state === "damaged") return set.error;
  return new ColdstoreError("integrity", whyUnsound(set) ?? noManifest(set.name));
}

function oneError(errors: readonly ColdstoreError[]): ColdstoreError {
  const [error, ...others] = errors;
  return error !== undefined && others.length === 0 ? error : new SeveralErrors(errors);
}
