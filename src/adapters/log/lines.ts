import { paintWith } from "../../model/paint.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { Log } from "../../ports/log.ts";
import type { LogSink } from "./log-output.ts";

/** A log of one line a call; `print` is given each line with its newline, after what could act on a terminal was escaped. */
export function linesLog({ color, debug }: Pick<LogSink, "color" | "debug">, print: (line: string) => void): Log {
  const paint = paintWith(color);
  return {
    step: (title) => print(`${paint.bold(visibleText(title))}\n`),
    event: (line) => print(`  ${visibleText(line)}\n`),
    warn: (line) => print(`${paint.yellow("warning:")} ${visibleText(line)}\n`),
    debug: (line) => {
      if (debug) print(`${paint.dim(`  debug: ${visibleText(line)}`)}\n`);
    },
  };
}
