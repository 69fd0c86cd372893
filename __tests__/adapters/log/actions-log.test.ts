import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openActionsLog } from "../../../src/adapters/log/actions-log.ts";
import { visibleText } from "../../../src/model/visible-text.ts";
import { fakeLogClock } from "../../support/log-clock.ts";
import { commandText } from "../../support/command-text.ts";
import { namesForAct, readAsRunner, withoutInvisible } from "../../support/runner-commands.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 120);

function actionsLog({ debug = false, color = false } = {}) {
  const clock = fakeLogClock();
  const writes: string[] = [];
  const output = openActionsLog({ write: (text) => void writes.push(text), clock, color, debug });
  return { ...output, output, clock, writes };
}

test("each step is a group, and disposing ends the last one, once", () => {
  const { output, log, writes } = actionsLog();
  log.event("coldstore 0.1.0");
  log.step("pack");
  log.event("packed a.tar.gz");
  log.warn("2 files were left out");
  log.debug("not asked for");
  log.step("store, 100 %");
  output[Symbol.dispose]();
  output[Symbol.dispose]();
  expect(writes).toEqual([
    "  coldstore 0.1.0\n",
    "::group::pack\n",
    "  packed a.tar.gz\n",
    "warning: 2 files were left out\n",
    "::endgroup::\n",
    "::group::store, 100 %25\n",
    "::endgroup::\n",
  ]);
});

test("a log without a step ends no group", () => {
  const { output, log, writes } = actionsLog();
  log.event("one");
  output[Symbol.dispose]();
  expect(writes).toEqual(["  one\n"]);
});

test("debug lines are the runner's own, when asked for", () => {
  const { log, writes } = actionsLog({ debug: true });
  log.debug("git 2.39.5, 100 %");
  expect(writes).toEqual(["::debug::git 2.39.5, 100 %25\n"]);
});

test("work that takes long has a line after five seconds and every thirty from there on, until it is done", () => {
  const { progress, clock, writes } = actionsLog();
  const meter = progress.start("packing", 625_000_000);
  for (let second = 0; second < 40; second += 1) {
    meter.add(5_000_000);
    clock.advance(1000);
  }
  meter.done();
  expect(writes).toEqual([
    "  packing    4 %  25 MB of 625 MB  5.0 MB/s  2 min left\n",
    "  packing   28 %  175 MB of 625 MB  5.0 MB/s  1 min 30 s left\n",
  ]);
  expect(clock.timers).toBe(0);
});

test("after disposing no timer runs", () => {
  const { output, progress, clock } = actionsLog();
  progress.start("one", 10);
  output[Symbol.dispose]();
  expect(clock.timers).toBe(0);
});

test("no name, tag or note becomes a command; a runner and act find the log's own groups and debug lines and nothing else", () => {
  fc.assert(
    fc.property(commandText(), commandText(), fc.boolean(), (text, title, color) => {
      const { output, log, progress, clock, writes } = actionsLog({ debug: true, color });
      log.step(title);
      log.event(text);
      log.event(`stored ${text} in ./cold`);
      log.warn(text);
      log.debug(text);
      progress.start(text, 10);
      clock.advance(6000);
      output[Symbol.dispose]();
      const all = writes.join("");
      const { commands, lines } = readAsRunner(all);
      expect(commands.map(({ name }) => name)).toEqual(["group", "debug", "endgroup"]);
      expect(readAsRunner(withoutInvisible(all)).commands).toHaveLength(3);
      expect(namesForAct(all).filter((name) => !/^(?:group|debug|endgroup)(?::|$)/u.test(name))).toEqual([]);
      expect(lines).toHaveLength(4);
      if (!/::|##/u.test(withoutInvisible(title))) expect(commands[0]?.data).toBe(visibleText(title));
    }),
    { seed, numRuns },
  );
});
