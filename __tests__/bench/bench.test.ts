import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testWith } from "../support/programs.ts";
import { benchPage } from "./bench-page.ts";
import { measure, median, sideBySide } from "./measure.ts";

test.each([
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
  [[], Number.NaN],
])("the median of %j is %d", (values, middle) => {
  expect(median(values)).toBe(middle);
});

testWith(["bash"], "commands are run in turn, and the warm-up isn't counted", async (context) => {
  context.skip(process.platform === "win32", "paths are written in another way for bash here");
  const folder = mkdtempSync(join(tmpdir(), "coldstore-bench-test-"));
  const log = join(folder, "log");
  const candidate = (name: string) => ({
    name,
    line: `printf ${name} >>${log}`,
    produced: () => readFileSync(log).length,
  });
  const series = await sideBySide([candidate("a"), candidate("b")], 2);
  expect(readFileSync(log, "utf8")).toBe("ababab");
  expect(series.map(({ name, runs, bytes }) => [name, runs.length, bytes])).toEqual([
    ["a", 2, 6],
    ["b", 2, 6],
  ]);
  rmSync(folder, { recursive: true });
});

testWith(["bash"], "a command that fails ends the measuring, with what it said", async () => {
  await expect(measure("echo no such luck >&2; exit 3")).rejects.toThrow(/ended with 3:\nno such luck/u);
});

test("a goal that is missed stands out", () => {
  const runs = [{ seconds: 2, cpuSeconds: 3, peakBytes: 150e6 }];
  const page = benchPage({ day: "2026-11-22", cores: 2, machine: ["two cores"], bounds: ["deflate"] }, [
    {
      title: "A thing",
      series: [
        { name: "ours", runs, bytes: 1234 },
        { name: "a | b", runs: [{ seconds: 4 }] },
      ],
      goals: [
        { text: "time", value: 0.5, limit: 0.6 },
        { text: "memory", value: 300, limit: 250 },
      ],
    },
  ]);
  expect(page).toContain("| ours | 2.00 s | 2.00, 2.00 | 3.00 s | 150 MB | 1,234 B |  |\n");
  expect(page).toContain("| a \\| b | 4.00 s | 4.00, 4.00 |  |  |  | 0.50 |\n");
  expect(page).toContain("- reached: time (0.50, at most 0.6)\n- **missed**: memory (300.00, at most 250)\n");
});
