import { inertLine } from "../../model/inert-line.ts";
import { visibleText } from "../../model/visible-text.ts";
import { workflowCommand } from "../../model/workflow-command.ts";
import { linesLog } from "./lines.ts";
import type { LogOutput, LogSink } from "./log-output.ts";
import { openPlainProgress } from "./plain-progress.ts";

/**
 * A log for a workflow's runner: each step is a group, which disposing ends; debug lines, if asked for, are the runner's own.
 * Whatever a line says, the runner shows it and does nothing else.
 */
export function openActionsLog(sink: LogSink): LogOutput {
  const print = (line: string) => sink.write(inertLine(line));
  const command = (name: string, data = "") => sink.write(`${workflowCommand(name, inertLine(visibleText(data)))}\n`);
  const progress = openPlainProgress(sink.clock, print);
  let grouped = false;

  const endGroup = () => {
    if (grouped) command("endgroup");
    grouped = false;
  };
  const step = (title: string) => {
    endGroup();
    command("group", title);
    grouped = true;
  };
  const debug = (line: string) => {
    if (sink.debug) command("debug", line);
  };

  return {
    log: { ...linesLog(sink, print), step, debug },
    progress: progress.progress,
    [Symbol.dispose]: () => {
      progress[Symbol.dispose]();
      endGroup();
    },
  };
}
