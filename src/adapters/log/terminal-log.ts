import { cutToWidth, displayWidth } from "../../model/visible-text.ts";
import { linesLog } from "./lines.ts";
import type { LogOutput, LogSink } from "./log-output.ts";
import { shareOf, WorkList, workParts, type Work } from "./work.ts";

const redrawEvery = 100;
// Work that is over sooner shows no bar: a flicker tells nothing.
const quickWork = 300;
const widestBar = 30;
const narrowestBar = 8;

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearLine = "\r\u001b[2K";

/** The terminal that a log is on; `columns` is asked before each drawing. */
export interface TerminalSink extends LogSink {
  columns(): number;
}

/** A log for a terminal: lines, and under them a live bar of the work under way, redrawn at most ten times a second. */
export function openTerminalLog(sink: TerminalSink): LogOutput {
  let timer: Disposable | undefined;
  let drawn = "";

  const draw = () => {
    const text = barText(list.running, sink.clock.now(), sink.columns());
    if (text === undefined || text === drawn) return;
    sink.write(drawn === "" ? `${hideCursor}${text}` : `${clearLine}${text}`);
    drawn = text;
  };
  const takeBar = () => {
    const bar = drawn === "" ? "" : `${clearLine}${showCursor}`;
    drawn = "";
    return bar;
  };
  const stop = () => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    const bar = takeBar();
    if (bar !== "") sink.write(bar);
  };
  const list = new WorkList(sink.clock, () => {
    if (list.running.length === 0) stop();
    else timer ??= sink.clock.every(redrawEvery, draw);
  });

  // The bar comes back at the next redraw, so a burst of lines is not slowed down by it.
  return { log: linesLog(sink, (line) => sink.write(takeBar() + line)), progress: list, [Symbol.dispose]: stop };
}

/** The line for the work under way, narrower than the terminal; undefined when there is nothing worth showing. */
export function barText(running: readonly Work[], now: number, columns: number): string | undefined {
  const [work, ...others] = running.filter(({ started }) => now - started >= quickWork);
  if (work === undefined) return undefined;
  // A character in the last column would wrap on some terminals.
  const room = columns - 1;
  const parts = [...workParts(work, now), ...(others.length > 0 ? [`(and ${others.length} more)`] : [])];
  // The share and the bar say of the bytes what the eye needs; rate and time left are worth more.
  if (work.total !== undefined && barWidth(parts, room) < narrowestBar) parts.splice(2, 1);
  while (parts.length > 2 && displayWidth(parts.join("  ")) > room) parts.pop();
  const [title = "", ...rest] = parts;
  const width = barWidth(parts, room);
  const bar = work.total !== undefined && width >= narrowestBar ? [`[${filledBar(shareOf(work), width)}]`] : [];
  return cutToWidth([title, ...bar, ...rest].join("  "), room);
}

function barWidth(parts: readonly string[], room: number): number {
  return Math.min(widestBar, room - displayWidth(parts.join("  ")) - 4);
}

function filledBar(share: number, width: number): string {
  const filled = Math.floor((share / 100) * width);
  const head = filled < width && filled > 0 ? ">" : "";
  return ("=".repeat(filled - head.length) + head).padEnd(width);
}
