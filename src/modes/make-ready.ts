import { mostParts } from "../model/archive-format.ts";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import { comingSet } from "../steps/coming-set.ts";
import { preflight, type Unfit } from "../steps/preflight.ts";
import { tooManyParts } from "../steps/too-many-parts.ts";
import { tellFailure } from "../steps/tell-stores.ts";
import type { MakingOrder } from "./making-order.ts";
import { planScratch, type ScratchPlan } from "./plan-scratch.ts";

/** What is to be known of a set before any work. */
export type Prospect = Pick<
  MakingOrder,
  "settings" | "set" | "revision" | "name" | "files" | "tarBytes" | "errors" | "estimate"
>;

/** A set that can be made, and the stores that can take it. */
export interface Ready<Order> {
  readonly order: Order;
  readonly fit: readonly Store[];
  readonly unfit: readonly Unfit[];
  /** How scratch is to be used, should anything have to be made. */
  readonly scratch: ScratchPlan;
}

/**
 * Looks at the source and at every store, side by side, before any work. Throws everything that stands against the run at
 * once; a store that can't be used does so only when no other is left.
 */
export async function makeReady<Order extends Prospect>(
  taking: Promise<Order>,
  ports: Ports,
  io: Io,
): Promise<Ready<Order>> {
  const [taken, unreachable] = await Promise.all([
    taking.catch((error: unknown) => asColdstoreError(error)),
    preflight(ports.stores, { write: true, bytes: 0 }, io),
  ]);
  io.signal.throwIfAborted();
  if (taken instanceof ColdstoreError) throw new SeveralErrors([taken, ...errorsOf(unreachable)]);
  const reachable = without(ports.stores, unreachable);
  const unfit = [...unreachable, ...(await cramped(taken, reachable, io))];
  const fit = without(reachable, unfit);
  const against = [...taken.errors, ...(await oversplit(taken, io))];
  const errors = against.length === 0 && fit.length > 0 ? [] : [...against, ...errorsOf(unfit)];
  if (errors.length === 0) return { order: taken, fit, unfit, scratch: await planScratch(taken, ports, io) };
  const error = new SeveralErrors(errors);
  await tellFailure(fit, { set: taken.set, stamp: { time: ports.now(), run: ports.run.id }, error }, io);
  throw error;
}

/** The stores that can't take this very set, most often for want of room. What the set would take uncompressed is asked for first, its likely size only if that is too much. */
async function cramped(order: Prospect, stores: readonly Store[], io: Io): Promise<readonly Unfit[]> {
  const { settings, tarBytes, files } = order;
  const joined = files.reduce((sum, file) => sum + file.bytes, 0);
  const most = tarBytes * settings.formats.length + joined;
  const need = { write: true, set: comingSet(order) };
  const tight = await preflight(stores, { ...need, bytes: most }, io);
  const lackRoom = tight.some(({ errors }) => errors.some(({ failure }) => failure === "store"));
  if (!lackRoom || settings.formats.every((format) => format === "tar")) return tight;
  const sizes = await order.estimate(io.signal);
  const likely = sizes.reduce((sum, size) => sum + size.bytes, joined);
  return preflight(stores, { ...need, bytes: likely }, io);
}

/** Archives that are split too finely; their sizes are asked for only if what they hold leaves a doubt. */
async function oversplit(order: Prospect, io: Io): Promise<readonly ColdstoreError[]> {
  const { tarBytes, name, settings } = order;
  const { splitSize = Infinity } = settings;
  return tarBytes > mostParts * splitSize ? tooManyParts(await order.estimate(io.signal), { name, splitSize }) : [];
}

function errorsOf(unfit: readonly Unfit[]): readonly ColdstoreError[] {
  return unfit.flatMap(({ errors }) => errors);
}

function without(stores: readonly Store[], unfit: readonly Unfit[]): readonly Store[] {
  return stores.filter((store) => !unfit.some((each) => each.store === store));
}
