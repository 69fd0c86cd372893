import type { Store } from "../../ports/store.ts";
import type { Rclone } from "./rclone.ts";

const reachedBy: unique symbol = Symbol("reached by rclone");

/** A store that tells what it's reached by to stores of its kind. */
export interface ReachedStore extends Store {
  readonly [reachedBy]: Rclone;
}

/** Notes on a store what it's reached by. */
export function reachedThrough(rclone: Rclone): { readonly [reachedBy]: Rclone } {
  return { [reachedBy]: rclone };
}

/** What a store is reached by, also through what is wrapped around it; undefined for one that isn't rclone's. */
export function rcloneOf(store: Store): Rclone | undefined {
  if (reachedBy in store) return (store as ReachedStore)[reachedBy];
  return store.inner === undefined ? undefined : rcloneOf(store.inner);
}
