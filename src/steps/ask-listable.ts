import { asColdstoreError, type ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Io, Store } from "../ports/store.ts";
import { listSets } from "./list-sets.ts";

/** What some stores answer, and which were left out; a sentence each. */
export interface Answer<T> {
  readonly answer: T;
  readonly notes: readonly string[];
}

export interface Asked {
  readonly stores: readonly Store[];
  /** Whose sets are listed; all when absent. */
  readonly project?: string | undefined;
}

/**
 * Asks all stores, or those of them that can be listed when one can't: that one is named. Rejects with what stands against the
 * listing, too, when the others haven't got an answer.
 */
export async function askListable<T>(
  { stores, project }: Asked,
  ask: (listable: readonly Store[]) => Promise<T>,
  io: Io,
): Promise<Answer<T>> {
  try {
    return { answer: await ask(stores), notes: [] };
  } catch (thrown) {
    io.signal.throwIfAborted();
    if (stores.length < 2 || asColdstoreError(thrown).failure !== "store") throw thrown;
    const errors = await Promise.all(stores.map(async (store) => whyUnlisted(store, project, io)));
    const listable = stores.filter((_, i) => errors[i] === undefined);
    if (listable.length === 0) throw new SeveralErrors(errors.flatMap((error) => error ?? []));
    if (listable.length === stores.length) throw thrown;
    return askSome(listable, ask, { stores, errors });
  }
}

interface Unlisted {
  readonly stores: readonly Store[];
  /** One for each store. */
  readonly errors: readonly (ColdstoreError | undefined)[];
}

async function askSome<T>(
  listable: readonly Store[],
  ask: (listable: readonly Store[]) => Promise<T>,
  { stores, errors }: Unlisted,
): Promise<Answer<T>> {
  const notes = stores.flatMap(({ name }, i) => {
    const error = errors[i];
    return error === undefined ? [] : [`${name} wasn't looked into: ${error.message}`];
  });
  try {
    return { answer: await ask(listable), notes };
  } catch (thrown) {
    throw new SeveralErrors([...errors.flatMap((error) => error ?? []), asColdstoreError(thrown)]);
  }
}

async function whyUnlisted(store: Store, project: string | undefined, io: Io): Promise<ColdstoreError | undefined> {
  try {
    await listSets(store, project === undefined ? {} : { project }, io);
    return undefined;
  } catch (thrown) {
    io.signal.throwIfAborted();
    return asColdstoreError(thrown);
  }
}
