import { expect, test } from "vitest";
import { barText, openTerminalLog } from "../../../src/adapters/log/terminal-log.ts";
import { fakeLogClock, screenOf } from "../../support/log-clock.ts";

function terminal({ columns = 100, color = false, debug = false } = {}) {
  const clock = fakeLogClock();
  const writes: string[] = [];
  const size = { columns };
  const output = openTerminalLog({
    write: (text) => void writes.push(text),
    clock,
    color,
    debug,
    columns: () => size.columns,
  });
  return { ...output, output, clock, writes, size, screen: () => screenOf(writes.join(""), size.columns) };
}

test("the bar tells share, bytes, rate and time left", () => {
  const { progress, clock, screen } = terminal();
  const meter = progress.start("packing", 625_000_000);
  meter.add(1_000_000);
  clock.advance(1000);
  meter.add(252_000_000);
  clock.advance(4300);
  expect(screen()).toEqual({
    lines: ["packing  [===========>                  ]   40 %  253 MB of 625 MB  48 MB/s  8 s left"],
    cursor: false,
  });
});

test("work of unknown size shows bytes and rate, without a bar", () => {
  const { progress, clock, screen } = terminal();
  const meter = progress.start("reading");
  meter.add(3_000_000);
  clock.advance(1000);
  expect(screen().lines).toEqual(["reading  3.0 MB  3.0 MB/s"]);
});

test("redraws at most ten times a second, and not at all when nothing changed", () => {
  const { progress, clock, writes } = terminal();
  const meter = progress.start("packing", 1e9);
  for (let i = 0; i < 5000; i += 1) {
    meter.add(100_000);
    clock.advance(1);
  }
  expect(writes.length).toBeGreaterThan(30);
  expect(writes.length).toBeLessThanOrEqual(50);
  // The rate goes down to nothing in the ten seconds after the last byte.
  clock.advance(20_000);
  const before = writes.length;
  clock.advance(60_000);
  expect(writes.length).toBe(before);
});

test("quick work draws nothing", () => {
  const { progress, clock, writes } = terminal();
  const meter = progress.start("packing", 10);
  clock.advance(250);
  meter.done();
  clock.advance(1000);
  expect(writes).toEqual([]);
  expect(clock.timers).toBe(0);
});

test("a line goes above the bar, which comes back below it", () => {
  const { log, progress, clock, screen } = terminal();
  const meter = progress.start("packing", 100);
  meter.add(50);
  clock.advance(1000);
  log.event("stored a.tar.gz (1.2 MB, 3.4 s) in ./cold");
  expect(screen()).toEqual({ lines: ["  stored a.tar.gz (1.2 MB, 3.4 s) in ./cold", ""], cursor: true });
  clock.advance(100);
  const { lines, cursor } = screen();
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^packing {2}\[=+> +\] {3}50 %/u);
  expect(cursor).toBe(false);
});

test("at the end of all work the bar is gone, the cursor is back, and no timer runs", () => {
  const { progress, clock, screen } = terminal();
  const first = progress.start("packing", 100);
  const second = progress.start("storing", 100);
  clock.advance(1000);
  first.done();
  clock.advance(1000);
  expect(screen().lines[0]).toMatch(/^storing/u);
  second.done();
  second.done();
  expect(screen()).toEqual({ lines: [""], cursor: true });
  expect(clock.timers).toBe(0);
});

test("an abort in the middle of work leaves the terminal tidy", () => {
  const { output, progress, clock, screen } = terminal();
  progress.start("packing", 100);
  clock.advance(1000);
  expect(screen().cursor).toBe(false);
  output[Symbol.dispose]();
  output[Symbol.dispose]();
  expect(screen()).toEqual({ lines: [""], cursor: true });
  expect(clock.timers).toBe(0);
});

test("several pieces of work have a line each, up to four, and the others are counted", () => {
  const { log, progress, clock, screen } = terminal();
  const meters = ["packing", "storing in a", "storing in b"].map((title) => progress.start(title, 100));
  clock.advance(1000);
  meters[1]?.add(50);
  clock.advance(1000);
  expect(screen().lines.map((line) => line.replace(/ {2}.*/u, ""))).toEqual([
    "packing",
    "storing in a",
    "storing in b",
  ]);
  expect(screen().lines[1]).toMatch(/50 %/u);
  log.event("said");
  expect(screen().lines).toEqual(["  said", ""]);
  const others = ["c", "d", "e"].map((title) => progress.start(`storing in ${title}`, 100));
  clock.advance(1000);
  expect(screen().lines).toHaveLength(5);
  expect(screen().lines.at(-1)).toMatch(/^storing in c .*\(and 2 more\)$/u);
  for (const meter of [...meters, ...others.slice(1)]) meter.done();
  clock.advance(1000);
  expect(screen().lines.map((line) => line.replace(/ {2,}\[.*/u, ""))).toEqual(["  said", "storing in c"]);
  others[0]?.done();
  expect(screen()).toEqual({ lines: ["  said", ""], cursor: true });
});

test("a total that becomes known later gives a share from then on", () => {
  const { progress, clock, screen } = terminal();
  const meter = progress.start("storing");
  meter.add(3_000_000);
  clock.advance(1000);
  expect(screen().lines).toEqual(["storing  3.0 MB  3.0 MB/s"]);
  meter.expect?.(6_000_000);
  clock.advance(100);
  expect(screen().lines[0]).toMatch(/50 % {2}3\.0 MB of 6\.0 MB/u);
});

test.each([200, 100, 60, 40, 30, 20, 10, 5, 1])("a bar fits a terminal of %d columns", (columns) => {
  const { progress, clock, screen } = terminal({ columns });
  const meter = progress.start("packing 日本", 625_000_000);
  for (let i = 0; i < 100; i += 1) {
    meter.add(6_250_000);
    clock.advance(100);
    expect(screen().lines[0]?.length).toBeLessThan(columns === 1 ? 1 : columns);
  }
});

test("a terminal that is made narrower while work runs is asked again", () => {
  const { progress, clock, writes, size } = terminal();
  progress.start("packing", 100);
  clock.advance(1000);
  size.columns = 15;
  writes.length = 0;
  clock.advance(100);
  expect(screenOf(writes.join(""), 15).lines).toEqual(["packing    0 %"]);
});

test("a hostile file name can't act on the terminal", () => {
  const { log, progress, clock, writes, screen } = terminal();
  log.step("a\u001b[2Jb");
  log.event("stored x\n  stored \u202ey");
  log.warn("\u0007\r");
  progress.start("packing \u001b]0;title\u0007", 10);
  clock.advance(1000);
  expect(screen().lines.slice(0, 3)).toEqual(["a\\x1b[2Jb", "  stored x\\n  stored \\u202ey", "warning: \\x07\\r"]);
  expect(writes.join("")).not.toContain("\u001b]");
});

test("colours are there when asked for, and no colour code when not", () => {
  const plain = terminal();
  const colored = terminal({ color: true });
  for (const { log } of [plain, colored]) {
    log.step("packing");
    log.warn("careful");
  }
  expect(plain.writes).toEqual(["packing\n", "warning: careful\n"]);
  expect(colored.writes).toEqual(["\u001b[1mpacking\u001b[22m\n", "\u001b[33mwarning:\u001b[39m careful\n"]);
});

test("a share is 100 % only when all is done, also when more came than was foretold", () => {
  const work = { title: "w", total: 1000, started: 0, rate: () => 0 };
  expect(barText([{ ...work, bytes: 999 }], 1000, 60)).toContain(" 99 %");
  expect(barText([{ ...work, bytes: 1000 }], 1000, 60)).toContain("100 %");
  expect(barText([{ ...work, bytes: 1700 }], 1000, 60)).toMatch(/\[=+\] {2}100 %/u);
});

test("on a usual terminal the bar goes before the count of bytes", () => {
  const work = { title: "packing application-20261123-98a9e10", total: 1e9, started: 0, bytes: 4e8, rate: () => 2e7 };
  expect(barText([work], 20_000, 80)).toMatch(/^packing \S+ {2}\[=+> +\] {3}40 % {2}20 MB\/s {2}30 s left$/u);
  expect(barText([work], 20_000, 120)).toContain("400 MB of 1.0 GB");
});
