import { expect, test } from "vitest";
import { openPlainLog } from "../../../src/adapters/log/plain-log.ts";
import { fakeLogClock } from "../../support/log-clock.ts";

function plain(debug = false) {
  const clock = fakeLogClock();
  const writes: string[] = [];
  const output = openPlainLog({ write: (text) => void writes.push(text), clock, color: false, debug });
  return { ...output, output, clock, writes };
}

test("lines are grouped under their step, without any escape code", () => {
  const { log, writes } = plain();
  log.step("packing");
  log.event("packed a.tar.gz");
  log.warn("2 files were left out");
  log.debug("not asked for");
  expect(writes).toEqual(["packing\n", "  packed a.tar.gz\n", "warning: 2 files were left out\n"]);
});

test("debug lines come when asked for", () => {
  const { log, writes } = plain(true);
  log.debug("git 2.39.5");
  expect(writes).toEqual(["  debug: git 2.39.5\n"]);
});

test("quick work says nothing", () => {
  const { progress, clock, writes } = plain();
  const meter = progress.start("packing", 100);
  clock.advance(4900);
  meter.done();
  clock.advance(100_000);
  expect(writes).toEqual([]);
  expect(clock.timers).toBe(0);
});

test("longer work gets a line after five seconds and every thirty from there on", () => {
  const { progress, clock, writes } = plain();
  const meter = progress.start("packing", 625_000_000);
  for (let second = 0; second < 66; second += 1) {
    meter.add(5_000_000);
    clock.advance(1000);
  }
  meter.done();
  expect(writes).toEqual([
    "  packing    4 %  25 MB of 625 MB  5.0 MB/s  2 min left\n",
    "  packing   28 %  175 MB of 625 MB  5.0 MB/s  1 min 30 s left\n",
    "  packing   52 %  325 MB of 625 MB  5.0 MB/s  1 min left\n",
  ]);
});

test("the rate is that of the last seconds, so a stall shows", () => {
  const { progress, clock, writes } = plain();
  const meter = progress.start("storing", 1000);
  meter.add(500);
  clock.advance(36_000);
  expect(writes.at(-1)).toBe("  storing   50 %  500 B of 1.0 kB\n");
});

test("nothing is foretold of the first bytes alone, nor while nothing moves", () => {
  const { progress, clock, writes } = plain();
  const meter = progress.start("storing", 100_000);
  for (let second = 0; second < 5; second += 1) {
    meter.add(300);
    clock.advance(1000);
  }
  expect(writes.at(-1)).toBe("  storing    1 %  1.5 kB of 100 kB  300 B/s\n");
  clock.advance(24_000);
  meter.add(30_000);
  clock.advance(6000);
  expect(writes.at(-1)).toBe("  storing   31 %  32 kB of 100 kB\n");
});

test("what is sent twice isn't shown as more than there is", () => {
  const { progress, clock, writes } = plain();
  progress.start("storing", 1000).add(1700);
  clock.advance(5000);
  expect(writes.at(-1)).toMatch(/^ {2}storing {2}100 % {2}1\.0 kB of 1\.0 kB/u);
});

test("each of several pieces of work has its own lines", () => {
  const { progress, clock, writes } = plain();
  progress.start("one", 10);
  clock.advance(3000);
  progress.start("two", 10);
  clock.advance(6000);
  expect(writes.map((line) => line.trim().split(" ")[0])).toEqual(["one", "two"]);
});

test("after disposing no timer runs", () => {
  const { output, progress, clock } = plain();
  progress.start("one", 10);
  output[Symbol.dispose]();
  expect(clock.timers).toBe(0);
});
