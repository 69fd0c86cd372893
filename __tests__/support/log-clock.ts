import type { LogClock } from "../../src/adapters/log/clock.ts";

/** A clock that stands still until it is told to go on; timers fire in the order of their times. */
export interface FakeLogClock extends LogClock {
  advance(milliseconds: number): void;
  /** Timers that were started and not stopped. */
  readonly timers: number;
}

export function fakeLogClock(): FakeLogClock {
  let now = 1000;
  const timers = new Set<{ next: number; readonly every: number; readonly call: () => void }>();
  return {
    now: () => now,
    every(milliseconds, call) {
      const timer = { next: now + milliseconds, every: milliseconds, call };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [first] = [...timers].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next);
        if (first === undefined) break;
        now = first.next;
        first.next += first.every;
        first.call();
      }
      now = end;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** What a terminal of so many columns shows after this output: its lines, and whether the cursor is hidden. Fails on a code it doesn't know. */
export function screenOf(
  output: string,
  columns: number,
): { readonly lines: readonly string[]; readonly cursor: boolean } {
  const lines = [""];
  let column = 0;
  let cursor = true;
  const tokens = output.match(/\p{Cc}\[[?0-9;]*[A-Za-z]|[^]/gu) ?? [];
  for (const token of tokens) {
    if (token === "\n") {
      lines.push("");
      column = 0;
    } else if (token === "\r") column = 0;
    else if (token === "\u001b[?25l") cursor = false;
    else if (token === "\u001b[?25h") cursor = true;
    else if (token === "\u001b[2K") lines[lines.length - 1] = "";
    // Only lines that are empty are left upwards here.
    else if (token === "\u001b[1A") lines.pop();
    else if (/^\p{Cc}\[\d+m$/u.test(token)) continue;
    else if (token.startsWith("\u001b")) throw new Error(`unknown code ${JSON.stringify(token)}`);
    else {
      if (column >= columns) throw new Error("a line wraps");
      const line = lines.at(-1) ?? "";
      lines[lines.length - 1] = line.slice(0, column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  return { lines, cursor };
}
