import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import type { Io, Need, Store } from "../ports/store.ts";

/** A store that can't be used, and everything that stands against it. */
export interface Unfit {
  readonly store: Store;
  readonly errors: readonly ColdstoreError[];
}

/** Asks every store, side by side, whether it can take what is coming; resolves to those that can't. */
export async function preflight(stores: readonly Store[], need: Need, io: Io): Promise<readonly Unfit[]> {
  const answers = await Promise.all(
    stores.map(async (store) => ({
      store,
      errors: await store.preflight(need, io).catch((error) => [asColdstoreError(error)]),
    })),
  );
  io.signal.throwIfAborted();
  return answers.filter(({ errors }) => errors.length > 0);
}
