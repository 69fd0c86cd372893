import { setTimeout as timer } from "node:timers/promises";

/** Waits; rejects with the signal's reason when that aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  signal.throwIfAborted();
}
