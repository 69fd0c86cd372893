import { asColdstoreError, type ColdstoreError } from "../model/errors.ts";
import type { Io, Need, Store } from "../ports/store.ts";

/** A store that can't be used, and everything that stands against it. */
export interface Unfit {
  readonly store: Store;
  readonly errors: readonly ColdstoreError[];
}

/**
 * Asks every store, side by side, whether it can take what is coming; resolves to those that can't. Of stores on one disk each
 * one needs room beside what those before it will take.
 */
export async function preflight(stores: readonly Store[], need: Need, io: Io): Promise<readonly Unfit[]> {
  const copies = need.bytes === 0 ? stores.map(() => 1) : await copiesOnDisk(stores);
  const answers = await Promise.all(
    stores.map(async (store, i) => ({ store, errors: await ask(store, need, copies[i] ?? 1, io) })),
  );
  io.signal.throwIfAborted();
  return answers.filter(({ errors }) => errors.length > 0);
}

async function ask(store: Store, need: Need, copies: number, io: Io): Promise<readonly ColdstoreError[]> {
  return store
    .preflight({ ...need, bytes: need.bytes * copies }, io)
    .catch((error: unknown) => [asColdstoreError(error)]);
}

/** For each store, how many of them are on its disk, up to and with itself. */
async function copiesOnDisk(stores: readonly Store[]): Promise<readonly number[]> {
  const disks = await Promise.all(stores.map(async (store) => store.disk?.().catch(() => undefined)));
  return disks.map((disk, i) =>
    disk === undefined ? 1 : disks.slice(0, i + 1).filter((each) => each === disk).length,
  );
}
