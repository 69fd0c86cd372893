import type { Io, Store } from "../ports/store.ts";
import { decideJob, type Job } from "../steps/decide-job.ts";
import { unlessLocked } from "../steps/unless-locked.ts";
import type { MakingOrder } from "./making-order.ts";

/** Looks what a store has of the ordered set, and whether it can still take any; rejects when it can't tell. */
export async function jobIn(
  store: Store,
  order: Pick<MakingOrder, "settings" | "set" | "standing" | "standingIsCertain">,
  io: Io,
): Promise<Job> {
  const { onConflict } = order.settings;
  const rules = { onConflict, planDecides: order.standingIsCertain, store: store.name };
  return unlessLocked(store, decideJob(await order.standing(store, io), rules), order.set, io);
}
