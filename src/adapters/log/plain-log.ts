import { linesLog } from "./lines.ts";
import type { LogOutput, LogSink } from "./log-output.ts";
import { openPlainProgress } from "./plain-progress.ts";

/** A log for files and CI: plain lines, and now and then one about work that takes long. */
export function openPlainLog(sink: LogSink): LogOutput {
  const print = (line: string) => sink.write(line);
  return { log: linesLog(sink, print), ...openPlainProgress(sink.clock, print) };
}
