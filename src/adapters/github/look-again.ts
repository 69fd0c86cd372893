import { pause } from "./pause.ts";

/** How one waits for what another run does. Milliseconds. */
export interface Patience {
  /** The first pause; each further one is twice as long, until `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A run that has stored nothing for so long has broken. */
  readonly mostMs: number;
}

/** A file of a release may have 2 GiB: ten minutes are 3.6 MB a second. */
export const usualPatience: Patience = { firstMs: 1000, longestMs: 15_000, mostMs: 600_000 };

/**
 * Waits before the next look; false when nothing has come for too long. For a run that seems to have ended long before this one
 * looked there are four looks too: clocks differ.
 */
export async function lookAgain(
  { looks, newest }: { readonly looks: number; readonly newest?: Date | undefined },
  { firstMs, longestMs, mostMs }: Patience,
  signal: AbortSignal,
): Promise<boolean> {
  let waited = 0;
  let next = firstMs;
  for (let look = 1; look < looks; look += 1) {
    waited += next;
    next = Math.min(longestMs, next * 2);
  }
  const idle = newest === undefined ? waited : Math.max(waited, Date.now() - newest.getTime());
  if (looks > 4 && idle >= mostMs) return false;
  await pause(next, signal);
  return true;
}
