import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io } from "../ports/store.ts";
import { tellStores, type Untold } from "../steps/tell-stores.ts";
import { fillStores, type StoreEnd } from "./fill-stores.ts";
import type { Ready } from "./make-ready.ts";
import type { MakingOrder } from "./making-order.ts";
import { withPast } from "./look-back.ts";
import { makingReport } from "./making-report.ts";

/** Brings a set into the stores that can take it, has them remember the run, and says how it ended and what was before it. */
export async function fillAndTell(ready: Ready<MakingOrder>, ports: Ports, io: Io): Promise<Report> {
  const { order, fit, unfit, scratch } = ready;
  const ends = await fillStores(order, { stores: fit, ports, scratch }, io);
  const untold = ports.signal.aborted ? { warnings: [], errors: [] } : await remember(order, ends, ports, io);
  return withPast({ order, ends, report: makingReport({ order, ends, unfit, untold }) }, ports, io);
}

async function remember(order: MakingOrder, ends: readonly StoreEnd[], ports: Ports, io: Io): Promise<Untold> {
  const { set, started, settings, tarBytes } = order;
  const stamp = { time: ports.now(), run: ports.run.id };
  return tellStores({ set, started, settings, tarBytes, ends, stamp }, io);
}
