import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { SnapshotSettings } from "../settings/settings.ts";
import { TreeSurvey } from "../steps/survey-tree.ts";
import { fillAndTell } from "./fill-and-tell.ts";
import { makeReady } from "./make-ready.ts";
import { takeSnapshotOrder } from "./snapshot-order.ts";
import { planSnapshotReport } from "./snapshot-plan.ts";

/** Freezes a commit into a set, stores it in every store, proves it, and says so. */
export async function snapshot(settings: SnapshotSettings, ports: Ports): Promise<Report> {
  if (settings.dryRun) return dryRun(settings, ports);
  const io = { signal: ports.signal, progress: () => undefined };
  const ready = await makeReady(takeSnapshotOrder(settings, ports), ports, io);
  return fillAndTell(ready, ports, io);
}

async function dryRun(settings: SnapshotSettings, ports: Ports): Promise<Report> {
  const survey = new TreeSurvey();
  return planSnapshotReport(await takeSnapshotOrder(settings, ports, survey), survey, ports);
}
