import { linesLog } from "./lines.ts";
import type { LogOutput, LogSink } from "./log-output.ts";

/** A log that only passes on warnings (and debug lines, if asked for): no steps, no events, no progress. */
export function openQuietLog(sink: Pick<LogSink, "write" | "color" | "debug">): LogOutput {
  const nothing = () => {};
  return {
    log: { ...linesLog(sink, (line) => sink.write(line)), step: nothing, event: nothing },
    progress: { start: () => ({ add: nothing, done: nothing }) },
    [Symbol.dispose]: nothing,
  };
}
