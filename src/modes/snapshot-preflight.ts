import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { SnapshotSettings } from "../settings/settings.ts";
import { estimateSize } from "../steps/estimate-size.ts";
import { inspectTree } from "../steps/inspect-tree.ts";
import { preflight, type Unfit } from "../steps/preflight.ts";
import { TreeSurvey } from "../steps/survey-tree.ts";
import { tellFailure } from "../steps/tell-stores.ts";
import { takeOrder, type SnapshotOrder } from "./snapshot-order.ts";

/** A snapshot that can be made, and the stores that can take it. */
export interface Ready {
  readonly order: SnapshotOrder;
  readonly fit: readonly Store[];
  readonly unfit: readonly Unfit[];
}

/**
 * Looks at the source and at every store, side by side, before any work. Throws everything that stands against the run at
 * once; a store that can't be used does so only when no other is left.
 */
export async function makeReady(settings: SnapshotSettings, ports: Ports, io: Io): Promise<Ready> {
  const [taken, unreachable] = await Promise.all([
    takeOrder(settings, ports).catch((error: unknown) => asColdstoreError(error)),
    preflight(ports.stores, { write: true, bytes: 0 }, io),
  ]);
  io.signal.throwIfAborted();
  if (taken instanceof ColdstoreError) throw new SeveralErrors([taken, ...errorsOf(unreachable)]);
  const reachable = without(ports.stores, unreachable);
  const unfit = [...unreachable, ...(await cramped(taken, reachable, io))];
  const fit = without(reachable, unfit);
  const errors = taken.source.errors.length === 0 && fit.length > 0 ? [] : [...taken.source.errors, ...errorsOf(unfit)];
  if (errors.length === 0) return { order: taken, fit, unfit };
  const error = new SeveralErrors(errors);
  await tellFailure(fit, { set: taken.set, stamp: { time: ports.now(), run: ports.run.id }, error }, io);
  throw error;
}

/** The stores without room. What the set would take uncompressed is asked for first, its likely size only if that is too much. */
async function cramped(order: SnapshotOrder, stores: readonly Store[], io: Io): Promise<readonly Unfit[]> {
  const { settings, source, files } = order;
  const { tarBytes } = source.inspection;
  const joined = files.reduce((sum, file) => sum + file.bytes, 0);
  const most = tarBytes * settings.formats.length + joined;
  const tight = await preflight(stores, { write: true, bytes: most }, io);
  if (tight.length === 0 || !settings.formats.includes("tar.gz")) return tight;
  const likely = most - tarBytes + (await compressedBytes(order, io.signal));
  return preflight(stores, { write: true, bytes: likely }, io);
}

async function compressedBytes({ source, settings }: SnapshotOrder, signal: AbortSignal): Promise<number> {
  const { repository, revision, names, inspection } = source;
  const { prefix } = names;
  const { grid } = new TreeSurvey();
  await inspectTree({ repository, revision, prefix }, (entry, offset) => grid.add(entry, offset), signal);
  const { tarBytes } = inspection;
  const request = {
    repository,
    samples: grid.samples(),
    tarBytes,
    prefix,
    mtime: revision.committed,
    level: settings.compressionLevel,
  };
  return estimateSize(request, signal);
}

function errorsOf(unfit: readonly Unfit[]): readonly ColdstoreError[] {
  return unfit.flatMap(({ errors }) => errors);
}

function without(stores: readonly Store[], unfit: readonly Unfit[]): readonly Store[] {
  return stores.filter((store) => !unfit.some((each) => each.store === store));
}
