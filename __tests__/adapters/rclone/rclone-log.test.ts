import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openRcloneLog } from "../../../src/adapters/rclone/rclone-log.ts";
import { textScrubber } from "../../../src/adapters/rclone/scrub-text.ts";
import type { RcloneEvent } from "../../../src/adapters/rclone/rclone-process.ts";

function reading(parts: readonly (string | Buffer)[]) {
  const events: RcloneEvent[] = [];
  let progress = 0;
  const log = openRcloneLog({
    scrub: { text: (text) => text.trim(), name: (name) => name },
    onEvent: (event) => events.push(event),
    onProgress: () => progress++,
  });
  for (const part of parts) log.write(Buffer.from(part as string));
  log.end();
  return { events, errors: log.errors, progress };
}

const line = (level: string, msg: string, more: object = {}): string => `${JSON.stringify({ level, msg, ...more })}\n`;

test("levels of older and newer releases are read alike, and errors are kept", () => {
  const { events, errors } = reading([
    line("warning", "old notice"),
    line("notice", "new notice"),
    line("critical", "end"),
    line("error", "bad", { object: "a/b" }),
    line("shout", "unknown level"),
  ]);
  expect(events.map(({ level }) => level)).toEqual(["warning", "notice", "critical", "error", "notice"]);
  expect(errors).toEqual([
    { level: "critical", message: "end" },
    { level: "error", message: "bad", object: "a/b" },
  ]);
});

test("that a command failed is an error though rclone calls it a notice", () => {
  const { errors } = reading([line("notice", "Failed to lsjson with 2 errors: last error was: directory not found")]);
  expect(errors).toHaveLength(1);
});

test("plain lines are read by what they begin with", () => {
  const { events, errors } = reading([
    "2026/11/24 03:03:48 ERROR : a: went wrong\n",
    "2026/11/24 03:03:48 NOTICE: Fatal error: unknown flag: --x\n",
    "Error: unknown flag: --x\n",
    "Usage:\n",
    "\n",
    "panic: runtime error\n",
  ]);
  expect(events).toHaveLength(5);
  expect(errors.map(({ message }) => message)).toEqual([
    "a: went wrong",
    "Error: unknown flag: --x",
    "panic: runtime error",
  ]);
});

test("statistics are read, and are progress only when something but time has changed", () => {
  const stats = (bytes: number, elapsedTime: number) =>
    line("info", "\nTransferred", {
      stats: { bytes, elapsedTime, transferring: [{ name: "a", bytes, size: 9 }, 7, {}] },
    });
  const { events, progress } = reading([stats(1, 1), stats(1, 2), stats(1, 3), stats(2, 4)]);
  expect(progress).toBe(2);
  expect(events[3]?.stats).toEqual({ bytes: 2, transferring: [{ name: "a", bytes: 2, size: 9 }] });
});

test("a line of 10 MB is read as far as it makes sense, and the next one whole", () => {
  const { events } = reading([line("error", "x".repeat(10 << 20)), line("info", "next")]);
  expect(events.map(({ level }) => level)).toEqual(["error", "info"]);
  expect(events[0]?.message.length).toBeLessThan(10_000);
  expect(events[0]?.message).toMatch(/^xxx/);
});

test("cut JSON, other JSON and bytes that are no text are lines like others", () => {
  const { events } = reading([
    '{"level":"error","msg":"cut off he\n',
    "[1,2]\n",
    '"text"\n',
    Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
    '{"level":5,"msg":{}}\n',
    '{"level":"error","msg":"no end"',
  ]);
  expect(events).toHaveLength(6);
  expect(events[0]).toEqual({ level: "error", message: "cut off he" });
  expect(events[5]).toEqual({ level: "error", message: 'no end"' });
});

test("the last 200 errors are kept", () => {
  const { errors } = reading(Array.from({ length: 500 }, (_, at) => line("error", `e${at}`)));
  expect(errors).toHaveLength(200);
  expect([errors[0]?.message, errors[199]?.message]).toEqual(["e300", "e499"]);
});

test("no half of a secret is left where a long line was cut", () => {
  const secret = "s3cr3t/v4lue+of/32+characters/AB";
  const events: RcloneEvent[] = [];
  const log = openRcloneLog({ scrub: textScrubber([secret]), onEvent: (event) => events.push(event), onProgress() {} });
  for (let before = 0; before < 40; before++)
    for (const length of [4000, 64 * 1024])
      log.write(Buffer.from(line("error", " x".repeat(length / 2 - 40) + "y".repeat(before) + secret.repeat(9))));
  log.write(Buffer.from(line("error", secret.repeat(5000))));
  expect(events).toHaveLength(81);
  expect(events.filter(({ message }) => message.includes(secret.slice(0, 8)))).toEqual([]);
});

test("however bytes come in, the same lines come out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.json(), fc.constant("é✓\n"))),
      fc.array(fc.nat(20)),
      (lines, cuts) => {
        const whole = Buffer.from(lines.join("\n"));
        const parts: Buffer[] = [];
        let from = 0;
        for (const cut of cuts) {
          parts.push(whole.subarray(from, from + cut));
          from += cut;
        }
        parts.push(whole.subarray(from));
        expect(reading(parts).events).toEqual(reading([whole]).events);
      },
    ),
  );
});
