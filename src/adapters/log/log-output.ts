import type { Log, Progress } from "../../ports/log.ts";
import type { LogClock } from "./clock.ts";

/** A log and its progress, on one stream. Disposing of it leaves the stream tidy (no bar, the cursor shown); twice is fine. */
export interface LogOutput extends Disposable {
  readonly log: Log;
  readonly progress: Progress;
}

/** What every log is given. `write` puts text on standard error and never throws. */
export interface LogSink {
  write(text: string): void;
  readonly clock: LogClock;
  readonly color: boolean;
  /** Shows debug lines, too. */
  readonly debug: boolean;
}
