import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSince } from "../../src/settings/parse-since.ts";

const day = 86_400_000;

test.each([
  ["30d", { ago: 30 * day }],
  ["2w", { ago: 14 * day }],
  ["1w1d1h1m1s", { ago: 8 * day + 3_661_000 }],
  ["730d", { ago: 730 * day }],
  ["90m", { ago: 5_400_000 }],
  ["2026-01-31", { time: Date.UTC(2026, 0, 31) }],
  ["2024-02-29", { time: Date.UTC(2024, 1, 29) }],
  ["2026-01-31T12:30:00Z", { time: Date.UTC(2026, 0, 31, 12, 30) }],
  ["2026-01-31t12:30:00z", { time: Date.UTC(2026, 0, 31, 12, 30) }],
  ["2026-01-31 12:30:00+02:00", { time: Date.UTC(2026, 0, 31, 10, 30) }],
  ["2026-01-31T12:30:00.25-05:30", { time: Date.UTC(2026, 0, 31, 18, 0, 0, 250) }],
])("%s", (text, value) => {
  expect(parseSince(text)).toEqual({ ok: true, value });
});

test.each([
  "",
  "0d",
  "30",
  "1mo",
  "1d1w",
  "-3d",
  "1.5d",
  "yesterday",
  "2026",
  "2026-02-30",
  "2025-02-29",
  "2026-13-01",
  "26-01-31",
  "2026-01-31T12:30:00",
  "2026-01-31T24:30:00Z",
  "2026-01-31T12:30Z",
  "2026-01-31Z",
  "31.01.2026",
])("%j is refused", (text) => {
  expect(parseSince(text)).toEqual({ ok: false, wrong: expect.stringContaining("give a time from now such as 30d") });
});

test("every time that is written as RFC 3339 has it is that time", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }), (date) => {
      expect(parseSince(date.toISOString())).toEqual({ ok: true, value: { time: date.getTime() } });
    }),
  );
});
