import { systemLogClock, type LogClock } from "./clock.ts";
import type { LogOutput } from "./log-output.ts";
import { openPlainLog } from "./plain-log.ts";
import { openQuietLog } from "./quiet-log.ts";
import { openTerminalLog } from "./terminal-log.ts";

/** How a run is to talk, and on what: standard error, or anything that looks like it. */
export interface LogRequest {
  readonly stream: LogStream;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
  readonly clock?: LogClock;
}

/** The part of a writable stream that a log needs. */
export interface LogStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The log that suits the stream: a live one on a terminal, plain lines elsewhere, hardly any when quiet. */
export function openLog({ stream, quiet, color, debug, clock = systemLogClock() }: LogRequest): LogOutput {
  const write = (text: string) => void stream.write(text);
  const sink = { write, clock, color: color && stream.isTTY === true, debug };
  if (quiet) return openQuietLog(sink);
  if (stream.isTTY !== true) return openPlainLog(sink);
  return openTerminalLog({ ...sink, columns: () => columnsOf(stream) });
}

// A terminal that was never given a size says 0.
function columnsOf({ columns }: LogStream): number {
  return columns === undefined || columns === 0 ? 80 : columns;
}
