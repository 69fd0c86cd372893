import { openActionsLog } from "./actions-log.ts";
import { systemLogClock } from "./clock.ts";
import type { LogOutput } from "./log-output.ts";
import { openLog, type LogRequest, type LogStream } from "./open-log.ts";

/** Who reads the log: a person at a terminal or in a file, or a workflow's runner, which takes commands from it. */
export interface LogTarget {
  readonly kind: "person" | "runner";
  readonly stream: LogStream;
}

/** The log for whoever reads it. The runner's holds on to the stream's `write` of this moment. */
export function openLogFor({ kind, stream }: LogTarget, how: Omit<LogRequest, "stream" | "clock">): LogOutput {
  if (kind === "person") return openLog({ stream, ...how });
  const write = stream.write.bind(stream);
  return openActionsLog({ write, clock: systemLogClock(), ...how });
}
