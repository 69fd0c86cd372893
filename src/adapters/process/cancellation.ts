import { ColdstoreError, exitCodeOf } from "../../model/errors.ts";
import { formatDuration } from "../../model/units.ts";

/** Milliseconds that a run has to end in after it was told to: a GitHub runner kills it then. */
export const graceMilliseconds = 7000;

/** What cancelling needs of a process. */
export interface Process {
  on(event: EndSignal | "exit", listener: () => void): unknown;
  off(event: EndSignal | "exit", listener: () => void): unknown;
  exit(code: number): void;
}

// On Windows a runner that cancels sends Ctrl-C, then Ctrl-Break; only there can the last one come.
const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

type EndSignal = (typeof signals)[number];

/** How time passes. */
export interface Timers {
  setTimeout(work: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface CancellationRequest {
  readonly process: Process;
  readonly timers: Timers;
  /** Milliseconds after which the run is ended. */
  readonly timeout: number;
  /** Removes what is half-made, at once and without waiting. */
  readonly abandon: () => void;
  /** Says why the process ends on the spot, at once and without waiting. */
  readonly lastWord: (error: ColdstoreError) => void;
}

/** Ends a run from outside: Ctrl-C, SIGTERM, the timeout. Disposing of it puts the process back as it was. */
export interface Cancellation extends Disposable {
  readonly signal: AbortSignal;
  /** Aborts the run for a reason of its own, unless it's being ended already. */
  end(error: ColdstoreError): void;
}

/**
 * The first signal, or the timeout, aborts the run, which then ends by itself. A second signal, or seven seconds gone,
 * removes what is half-made and exits on the spot.
 */
export function openCancellation(request: CancellationRequest): Cancellation {
  const { process, timers, timeout, abandon, lastWord } = request;
  const controller = new AbortController();
  let last: unknown;
  const leave = (error: ColdstoreError) => {
    abandon();
    lastWord(error);
    process.exit(exitCodeOf([error.failure]));
  };
  const end = (error: ColdstoreError) => {
    controller.abort(error);
    last = timers.setTimeout(() => leave(error), graceMilliseconds);
  };
  const interrupt = () => {
    if (controller.signal.aborted) leave(interrupted());
    else end(interrupted());
  };
  const endOnce = (error: ColdstoreError) => {
    if (!controller.signal.aborted) end(error);
  };
  const limit = timers.setTimeout(() => endOnce(timedOut(timeout)), timeout);
  for (const name of signals) process.on(name, interrupt);
  // Where something else ends the process.
  process.on("exit", abandon);
  return {
    signal: controller.signal,
    end: endOnce,
    [Symbol.dispose]() {
      timers.clearTimeout(limit);
      timers.clearTimeout(last);
      for (const name of signals) process.off(name, interrupt);
      process.off("exit", abandon);
    },
  };
}

function interrupted(): ColdstoreError {
  return new ColdstoreError("interrupted", "interrupted; nothing half-made was left under a final name");
}

function timedOut(timeout: number): ColdstoreError {
  return new ColdstoreError(
    "store",
    `the run took longer than its timeout of ${formatDuration(timeout / 1000)} and was ended; set timeout higher`,
  );
}
