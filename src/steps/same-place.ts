import { ColdstoreError } from "../model/errors.ts";
import type { Io, Store } from "../ports/store.ts";

/** Two stores, and the key of what this very run has just written into one of them, and into no other. */
export interface Trace {
  readonly from: Store;
  readonly store: Store;
  readonly key: string;
}

/**
 * What is said of a store that turns out to be the one that is copied from, under another spelling of its name; undefined when it
 * isn't, or when the source can't tell. Writes nothing.
 */
export async function samePlace({ from, store, key }: Trace, io: Io): Promise<ColdstoreError | undefined> {
  const found = await from.stat(key, io).catch(() => undefined);
  if (found === undefined) return undefined;
  return new ColdstoreError(
    "settings",
    `store ${store.name} and from ${from.name} are one place under two names: what this run has noted in the one lies in the other as ` +
      "well, so that no set has a second copy; name another store to copy to",
  );
}
