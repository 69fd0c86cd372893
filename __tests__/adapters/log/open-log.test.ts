import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { openLog } from "../../../src/adapters/log/open-log.ts";
import { testWith } from "../../support/programs.ts";
import { fakeLogClock } from "../../support/log-clock.ts";

function opened(request: { isTTY?: boolean; quiet?: boolean; color?: boolean; debug?: boolean }) {
  const { isTTY = false, quiet = false, color = true, debug = false } = request;
  const clock = fakeLogClock();
  const writes: string[] = [];
  const stream = { isTTY, columns: 80, write: (text: string) => writes.push(text) };
  const { log, progress } = openLog({ stream, quiet, color, debug, clock });
  log.step("packing");
  log.event("packed");
  log.warn("careful");
  log.debug("detail");
  progress.start("packing", 10);
  clock.advance(6000);
  return writes.join("");
}

test("a terminal gets colours and a live bar", () => {
  expect(opened({ isTTY: true })).toMatch(/^\p{Cc}\[1mpacking.*\p{Cc}\[\?25lpacking {2}\[/su);
});

test("a terminal without colours gets none, and the bar all the same", () => {
  const text = opened({ isTTY: true, color: false });
  expect(text).not.toMatch(/\p{Cc}\[\d+m/u);
  expect(text).toContain("0 %");
});

test.each([undefined, 0])("a terminal whose width is %s is taken to have 80 columns", (columns) => {
  const clock = fakeLogClock();
  const writes: string[] = [];
  const stream = { isTTY: true, write: (text: string) => writes.push(text), ...(columns === 0 && { columns }) };
  openLog({ stream, quiet: false, color: false, debug: false, clock }).progress.start("packing", 10);
  clock.advance(1000);
  expect(writes.join("")).toContain("0 B of 10 B");
});

testWith(["script"], "on a real terminal a bar is drawn, wiped for a line, and the cursor comes back", (context) => {
  context.skip(process.platform !== "linux", "script takes other arguments here");
  const module = new URL("../../../src/adapters/log/open-log.ts", import.meta.url).href;
  const program = `import { openLog } from "${module}";
    const { log, progress } = openLog({ stream: process.stderr, quiet: false, color: true, debug: false });
    const meter = progress.start("packing", 1000);
    meter.add(500);
    setTimeout(() => { log.event("stored it"); meter.add(500); }, 900);
    setTimeout(() => meter.done(), 1200);`;
  const line = `${process.execPath} --input-type=module -e '${program}'`;
  const run = spawnSync("script", ["-qec", line, "/dev/null"], { timeout: 20_000, encoding: "utf8" });
  expect(run.status).toBe(0);
  expect(run.stdout).toMatch(/\?25lpacking .* 50 %.*\r.*\?25h {2}stored it\r\n.*\?25lpacking .*100 %.*\?25h$/su);
});

test("anything else gets plain lines, also when colours are allowed", () => {
  expect(opened({})).toBe("packing\n  packed\nwarning: careful\n  packing    0 %  0 B of 10 B\n");
});

test("quiet leaves warnings alone, on a terminal and elsewhere", () => {
  expect(opened({ quiet: true })).toBe("warning: careful\n");
  expect(opened({ quiet: true, isTTY: true, color: false })).toBe("warning: careful\n");
});

test("quiet with debug shows debug lines", () => {
  expect(opened({ quiet: true, debug: true })).toBe("warning: careful\n  debug: detail\n");
});

test("a log that is never disposed of doesn't keep a process alive", () => {
  const script = `import { openLog } from ${JSON.stringify(new URL("../../../src/adapters/log/open-log.ts", import.meta.url).href)};
    openLog({ stream: process.stderr, quiet: false, color: false, debug: false }).progress.start("work", 10);
    process.stdout.write("started");`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 20_000, encoding: "utf8" });
  expect([run.status, run.stdout]).toEqual([0, "started"]);
});
