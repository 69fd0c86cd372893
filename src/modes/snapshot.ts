import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io } from "../ports/store.ts";
import type { SnapshotSettings } from "../settings/settings.ts";
import { TreeSurvey } from "../steps/survey-tree.ts";
import { tellStores, type Untold } from "../steps/tell-stores.ts";
import { fillStores, type StoreEnd } from "./fill-stores.ts";
import { takeOrder, type SnapshotOrder } from "./snapshot-order.ts";
import { planReport } from "./snapshot-plan.ts";
import { makeReady } from "./snapshot-preflight.ts";
import { snapshotReport } from "./snapshot-report.ts";

/** Freezes a commit into a set, stores it in every store, proves it, and says so. */
export async function snapshot(settings: SnapshotSettings, ports: Ports): Promise<Report> {
  if (settings.dryRun) return dryRun(settings, ports);
  const io: Io = { signal: ports.signal, progress: () => undefined };
  const { order, fit, unfit } = await makeReady(settings, ports, io);
  const ends = await fillStores(order, { stores: fit, ports }, io);
  const untold = ports.signal.aborted ? { warnings: [], errors: [] } : await remember(order, ends, ports, io);
  return snapshotReport({ order, ends, unfit, untold });
}

async function dryRun(settings: SnapshotSettings, ports: Ports): Promise<Report> {
  const survey = new TreeSurvey();
  return planReport(await takeOrder(settings, ports, survey), survey, ports);
}

async function remember(order: SnapshotOrder, ends: readonly StoreEnd[], ports: Ports, io: Io): Promise<Untold> {
  const stamp = { time: ports.now(), run: ports.run.id };
  return tellStores({ ...order, ends, stamp, tarBytes: order.source.inspection.tarBytes }, io);
}
