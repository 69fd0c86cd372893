import { asColdstoreError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { Ports } from "../ports/ports.ts";
import type { Io } from "../ports/store.ts";
import { lookBack } from "../steps/look-back.ts";
import type { StoreEnd } from "./fill-stores.ts";
import type { MakingOrder } from "./making-order.ts";

/** A making run that is over. */
export interface MakingPast {
  readonly order: Pick<MakingOrder, "settings" | "set">;
  readonly ends: readonly StoreEnd[];
  readonly report: Report;
}

/**
 * The report with how the set stands to those before it, in the first store that has it, if that was asked for. Nothing that goes
 * wrong here costs a good run anything but an abort, which leaves the outcomes as they are.
 */
export async function withPast({ order, ends, report }: MakingPast, ports: Ports, io: Io): Promise<Report> {
  const { setsBack } = order.settings;
  const [end] = ends.filter(({ result }) => "manifest" in result);
  if (setsBack === 0 || end === undefined || !("manifest" in end.result) || ports.signal.aborted) return report;
  const { store, result } = end;
  const meter = ports.progress.start(`looking back in ${store.name}`);
  const counting = { signal: io.signal, progress: ({ bytes }: { readonly bytes: number }) => meter.add(bytes) };
  try {
    const { kind, manifest } = result;
    const set = { ...order.set, id: manifest.run.set };
    const isNew = kind === "stored" || kind === "unproven";
    const { made, warnings } = await lookBack({ store, set, manifest, isNew, setsBack }, counting);
    return { ...report, warnings: [...report.warnings, ...warnings], made };
  } catch (error) {
    return ports.signal.aborted ? interrupted(report, error) : untold(report, error);
  } finally {
    meter.done();
  }
}

function interrupted(report: Report, error: unknown): Report {
  const status = "failed";
  const outputs = { ...report.outputs, status };
  return { ...report, status, outputs, errors: [...report.errors, asColdstoreError(error)] };
}

function untold(report: Report, error: unknown): Report {
  const warning = `how the set stands to those before it isn't told: ${asColdstoreError(error).message}`;
  return { ...report, warnings: [...report.warnings, warning] };
}
