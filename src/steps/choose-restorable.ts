import { coldText, isProven } from "../model/archive-set.ts";
import { canonicalJson } from "../model/canonical-json.ts";
import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import { setText, type SetSelector } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import { askListable } from "./ask-listable.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listSets } from "./list-sets.ts";
import { nameSome } from "./name-some.ts";
import { passedOver } from "./passed-over.ts";
import { type SetCopy, selectCopies, selectSets } from "./select-sets.ts";
import { noManifest, whyUnsound } from "./why-unsound.ts";

/** A whole set, by its listing, and where it lies. */
export interface RestorableCopy {
  readonly store: Store;
  readonly set: CompleteSet;
}

/** The sets to bring back, the best first: what comes later is for when it can't be read. */
export interface Choice {
  /** Copies of one set follow each other, proven ones first. */
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
 * The set that is meant, or the newest one that somebody proved, in whichever store; newer ones that aren't taken, copies of it that
 * aren't whole, and stores that can't be listed are named. Throws `not-found` when there is none, `settings` when it could be of
 * several projects, `integrity` when what is meant isn't whole anywhere, `store` when no store can be listed.
 */
export async function chooseRestorable(stores: readonly Store[], wish: Wish, io: Io): Promise<Choice> {
  const choose = async (listable: readonly Store[]): Promise<Choice> =>
    wish.set === undefined ? newest(listable, wish, io) : meant(listable, { ...wish, set: wish.set }, io);
  const { answer, notes } = await askListable({ stores, project: wish.project }, choose, io);
  return { copies: answer.copies, notes: [...notes, ...answer.notes] };
}

async function meant(
  stores: readonly Store[],
  { project, set }: Wish & { readonly set: SetSelector },
  io: Io,
): Promise<Choice> {
  const [copies = []] = await selectCopies(stores, { project, sets: [set] }, io);
  const whole = copies.flatMap(restorable).toSorted(provenFirst);
  const [best] = whole;
  if (best === undefined) throw oneError(copies.map(whyNot));
  return { copies: whole, notes: passedOver(copies, { whole, best }) };
}

async function newest(stores: readonly Store[], wish: Wish, io: Io): Promise<Choice> {
  const where = stores.map(({ name }) => name).join(", ");
  const copies = await allCopies(stores, wish, io);
  if (copies.length === 0) throw await nothingThere(stores, wish, io);
  const projects = [...new Set(copies.map(({ set }) => set.name.project))];
  if (projects.length > 1)
    throw new ColdstoreError("settings", `${where} has sets of ${nameSome(projects)}; say with project which is meant`);
  const sets = setsOf(copies);
  const proven = sets.filter((set) => set.proven);
  const whole = (proven.length > 0 ? proven : sets).flatMap((set) => set.whole);
  const [best] = whole;
  if (best === undefined) throw oneError(copies.map(whyNot));
  const unproven = proven.length > 0 ? [] : [`no set in ${where} was ever proven; each byte is compared all the same`];
  const notes = passedOver(copies, { whole: sets.flatMap((set) => set.whole), best });
  return { copies: whole, notes: [...unproven, ...notes] };
}

async function allCopies(stores: readonly Store[], { project }: Wish, io: Io): Promise<readonly SetCopy[]> {
  const all = stores.map(async (store) =>
    (await selectSets(store, { project, sets: [] }, io)).map((set) => ({ store, set })),
  );
  return (await Promise.all(all)).flat();
}

/** A project that somebody misspelled is seen beside those that are there. */
async function nothingThere(stores: readonly Store[], { project }: Wish, io: Io): Promise<ColdstoreError> {
  const where = stores.map(({ name }) => name).join(", ");
  const listed = project === undefined ? [] : await Promise.all(stores.map(async (store) => listSets(store, {}, io)));
  const others = [...new Set(listed.flat().map(({ name }) => name.project))].sort();
  const message =
    project === undefined || others.length === 0
      ? `there are no sets in ${where}; give another store`
      : `there are no sets of ${project} in ${where}, only of ${nameSome(others)}`;
  return new ColdstoreError("not-found", message);
}

/** One set with its content, wherever it lies. */
interface HeldSet {
  /** Proven ones first, then in the order of the stores. */
  readonly whole: readonly RestorableCopy[];
  /** In any store: what was compared there is what a copy elsewhere is compared with. */
  readonly proven: boolean;
}

/** Sets that are whole somewhere, newest first. */
function setsOf(copies: readonly SetCopy[]): readonly HeldSet[] {
  const complete = copies.flatMap(({ store, set }) => (set.state === "complete" ? [{ store, set }] : []));
  const sets = Map.groupBy(complete, ({ set }) => `${setText(set.name)} ${canonicalJson(set.manifest.content)}`);
  return [...sets.values()]
    .map((held) => ({ whole: held.flatMap(restorable).sort(provenFirst), proven: held.some(isProvenCopy) }))
    .filter(({ whole }) => whole.length > 0)
    .sort(newestFirst);
}

function restorable({ store, set }: SetCopy): readonly RestorableCopy[] {
  return set.state === "complete" && whyUnsound(set) === undefined ? [{ store, set }] : [];
}

function isProvenCopy({ set }: RestorableCopy): boolean {
  return isProven(set, set.manifest);
}

/** What has to be thawed comes behind what can be read at once. */
function provenFirst(a: RestorableCopy, b: RestorableCopy): number {
  return Number(isCold(a)) - Number(isCold(b)) || Number(isProvenCopy(b)) - Number(isProvenCopy(a));
}

function isCold({ set }: RestorableCopy): boolean {
  return coldText(set) !== undefined;
}

function newestFirst(a: HeldSet, b: HeldSet): number {
  const [first, second] = [lastMade(a), lastMade(b)];
  return first === second ? 0 : first < second ? 1 : -1;
}

/** When the last of its copies was made, and its name: text that sorts by time. */
function lastMade({ whole }: HeldSet): string {
  return whole
    .map(({ set }) => `${set.manifest.run.started} ${setText(set.name)}`)
    .reduce((last, each) => (each > last ? each : last), "");
}

function whyNot({ set }: SetCopy): ColdstoreError {
  if (set.state === "damaged") return set.error;
  return new ColdstoreError("integrity", whyUnsound(set) ?? noManifest(set.name));
}

function oneError(errors: readonly ColdstoreError[]): ColdstoreError {
  const [error, ...others] = errors;
  return error !== undefined && others.length === 0 ? error : new SeveralErrors(errors);
}
