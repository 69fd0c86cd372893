import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io } from "../ports/store.ts";
import type { ArchiveSettings } from "../settings/settings.ts";
import { makingArchive } from "./archive-making.ts";
import { takeArchiveOrder } from "./archive-order.ts";
import { planArchiveReport } from "./archive-plan.ts";
import { prospectOf } from "./archive-prospect.ts";
import { fillAndTell } from "./fill-and-tell.ts";
import { makeReady } from "./make-ready.ts";
import { packFolder } from "./pack-folder.ts";

/** Archives a folder as it is into a set, stores it in every store, proves it, and says so. */
export async function archive(settings: ArchiveSettings, ports: Ports): Promise<Report> {
  const io: Io = { signal: ports.signal, progress: () => undefined };
  if (settings.dryRun) return planArchiveReport(await takeArchiveOrder(settings, ports), ports, io);
  const taking = takeArchiveOrder(settings, ports).then(async (order) => prospectOf(order, ports.stores, io));
  const { order, ...ready } = await makeReady(taking, ports, io);
  if (order.selection === undefined) {
    const unchanged = makingArchive(order, { by: "plan" }, ports);
    return fillAndTell({ order: unchanged, ...ready }, ports, io);
  }
  await using packed = await packFolder(
    { ...order, selection: order.selection },
    { ...ready, stores: ready.fit, ports },
    io,
  );
  return await fillAndTell({ order: makingArchive(order, { by: "content", packed }, ports), ...ready }, ports, io);
}
