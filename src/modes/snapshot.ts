import { SeveralErrors, type ColdstoreError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io, Store } from "../ports/store.ts";
import type { SnapshotSettings } from "../settings/settings.ts";
import { preflight, type Unfit } from "../steps/preflight.ts";
import { TreeSurvey } from "../steps/survey-tree.ts";
import { tellFailure, tellStores } from "../steps/tell-stores.ts";
import { fillStores } from "./fill-stores.ts";
import { spaceNeeded, takeOrder, type SnapshotOrder } from "./snapshot-order.ts";
import { planReport } from "./snapshot-plan.ts";
import { snapshotReport } from "./snapshot-report.ts";

/** Freezes a commit into a set, stores it in every store, proves it, and says so. */
export async function snapshot(settings: SnapshotSettings, ports: Ports): Promise<Report> {
  if (settings.dryRun) {
    const survey = new TreeSurvey();
    return planReport(await takeOrder(settings, ports, survey), survey, ports);
  }
  const order = await takeOrder(settings, ports);
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const unfit = await preflight(ports.stores, { write: true, bytes: spaceNeeded(order) }, io);
  const fit = ports.stores.filter((store) => !unfit.some((each) => each.store === store));
  const errors = obstacles(order, fit, unfit);
  if (errors.length > 0) return giveUp(order, { errors, fit, ports }, io);
  const ends = await fillStores(order, { stores: fit, ports }, io);
  const stamp = { time: ports.now(), run: ports.run.id };
  const warnings = ports.signal.aborted
    ? []
    : await tellStores({ ...order, ends, stamp, tarBytes: order.source.inspection.tarBytes }, io);
  return snapshotReport({ order, ends, unfit, warnings: [...order.source.warnings, ...warnings] });
}

/** All that stands against the run; a store that can't be used does so only when there is no other. */
function obstacles(
  { source }: SnapshotOrder,
  fit: readonly Store[],
  unfit: readonly Unfit[],
): readonly ColdstoreError[] {
  if (source.errors.length === 0 && fit.length > 0) return [];
  return [...source.errors, ...unfit.flatMap((each) => each.errors)];
}

async function giveUp(
  { set }: SnapshotOrder,
  {
    errors,
    fit,
    ports,
  }: { readonly errors: readonly ColdstoreError[]; readonly fit: readonly Store[]; readonly ports: Ports },
  io: Io,
): Promise<never> {
  const error = new SeveralErrors(errors);
  await tellFailure(fit, { set, stamp: { time: ports.now(), run: ports.run.id }, error }, io);
  throw error;
}
