import type { Fault } from "./faults.ts";
import type { Lag } from "./state.ts";

export function lagFrom(fault: Fault | undefined): Lag | undefined {
  if (fault === undefined || !("lag" in fault.kind)) return undefined;
  return { requests: fault.kind.lag.requests ?? 0, until: Date.now() + (fault.kind.lag.ms ?? 0) };
}
