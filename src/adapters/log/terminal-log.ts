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
const clearLineAbove = "\u001b[1A\u001b[2K";

// Packing, and a few stores beside it; more would take the place of what was said.
const mostBars = 4;

/** The terminal that a log is on; `columns` is asked before each drawing. */
export interface TerminalSink extends LogSink {
  columns(): number;
}

/** A log for a terminal: lines, and under them a live bar for each work under way, redrawn at most ten times a second. */
export function openTerminalLog(sink: TerminalSink): LogOutput {
  let timer: Disposable | undefined;
  let drawn = "";

  const draw = () => {
    const text = barText(list.running, sink.clock.now(), sink.columns());
    if (text === undefined || text === drawn) return;
    sink.write(`${drawn === "" ? hideCursor : cleared(drawn)}${text}`);
    drawn = text;
  };
  const takeBar = () => {
    const bar = drawn === "" ? "" : `${cleared(drawn)}${showCursor}`;
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

/** What takes these lines away, and leaves the cursor where the first one began. */
function cleared(drawn: string): string {
  return clearLine + clearLineAbove.repeat(drawn.split("\n").length - 1);
}

/** The lines for the work under way, each narrower than the terminal; undefined when there is nothing worth showing. */
export function barText(running: readonly Work[], now: number, columns: number): string | undefined {
  const long = running.filter(({ started }) => now - started >= quickWork);
  if (long.length === 0) return undefined;
  const shown = long.slice(0, mostBars);
  const more = long.length - shown.length;
  return shown
    .map((work, i) => {
      const rest = more > 0 && i === shown.length - 1 ? [`(and ${more} more)`] : [];
      // A character in the last column would wrap on some terminals.
      return barLine(work, [...workParts(work, now), ...rest], columns - 1);
    })
    .join("\n");
}

function barLine(work: Work, all: readonly string[], room: number): string {
  const parts = [...all];
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
