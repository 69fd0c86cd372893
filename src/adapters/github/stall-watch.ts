import { formatDuration } from "../../model/units.ts";
import { BareReason } from "./failed-call.ts";

/** How long nothing may move, in milliseconds. */
export interface Patience {
  /** While bytes are sent, or awaited. */
  readonly stallMs: number;
  /** Until an answer begins, when a large body was sent: GitHub digests it first. */
  readonly answerMs: number;
}

/** Aborts one call when nothing has moved for too long, or when the run is aborted. Disposing of it ends the watch. */
export interface StallWatch extends Disposable {
  /** Its reason is a ColdstoreError. */
  readonly signal: AbortSignal;
  moved(): void;
  /** The body is sent: from now on the answer is awaited. */
  sent(): void;
  /** Waiting has an end here: what comes next isn't the other side's doing. */
  pause(): void;
}

/** Watches a call to the host that begins now. */
export function watchStalls({ stallMs, answerMs }: Patience, host: string, run: AbortSignal): StallWatch {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const wait = (milliseconds: number, why: string) => {
    clearTimeout(timer);
    // A body may end after its answer, and a timer would hold the process then.
    if (over) return;
    timer = setTimeout(() => controller.abort(stalled(host, why, milliseconds)), milliseconds);
  };
  const moving = () => wait(stallMs, "nothing moved");
  const onAbort = () => controller.abort(run.reason);
  if (run.aborted) onAbort();
  run.addEventListener("abort", onAbort);
  moving();
  return {
    signal: controller.signal,
    moved: moving,
    sent: () => wait(answerMs, "no answer came after the last byte"),
    pause: () => clearTimeout(timer),
    [Symbol.dispose]() {
      over = true;
      clearTimeout(timer);
      run.removeEventListener("abort", onAbort);
    },
  };
}

function stalled(host: string, why: string, milliseconds: number): BareReason {
  return new BareReason("store", `${why} between here and ${host} for ${formatDuration(milliseconds / 1000)}`, {
    transient: true,
  });
}
