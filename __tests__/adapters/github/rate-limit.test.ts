import * as fc from "fast-check";
import { expect, test } from "vitest";
import { limitOf } from "../../../src/adapters/github/rate-limit.ts";

const now = Date.parse("2026-11-22T02:00:00Z");
const moment = { now, random: 0 };
const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? 1);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);

function refused(status: number, headers: Record<string, string>, message = "") {
  return { status, headers, message, details: [] };
}

test.each([
  ["retry-after, exactly", refused(403, { "retry-after": "7" }), 7000],
  ["retry-after as a date", refused(429, { "retry-after": "Sun, 22 Nov 2026 02:00:30 GMT" }), 30_000],
  ["retry-after before the reset", refused(429, { "retry-after": "7", ...usedUp(now + 90_000) }), 7000],
  ["the reset and a second", refused(403, usedUp(now + 90_000)), 91_000],
  ["a second after a reset that is past", refused(403, usedUp(now - 90_000)), 1000],
  ["by the server's clock", refused(403, { ...usedUp(now), date: "Sun, 22 Nov 2026 01:59:00 GMT" }), 61_000],
  ["a minute without any header", refused(403, {}, "You have exceeded a secondary rate limit."), 60_000],
  ["a minute for a bare 429", refused(429, {}), 60_000],
])("the wait is %s", (_, answer, waitMs) => {
  expect(limitOf(answer, 0, moment)?.waitMs).toBe(waitMs);
});

test.each([
  refused(403, {}, "Resource not accessible by integration"),
  refused(403, usedUp(now + 90_000), "Resource not accessible by integration"),
  refused(403, { "x-ratelimit-remaining": "12" }, "Forbidden"),
  refused(422, { "retry-after": "7" }),
  refused(500, usedUp(now)),
])("nothing is waited for after %j", (answer) => {
  expect(limitOf(answer, 0, moment)).toBeUndefined();
});

test("without a header each wait is at least twice the one before, and a quarter longer at the most", () => {
  const answer = refused(429, {});
  fc.assert(
    fc.property(fc.nat(12), fc.double({ min: 0, max: 0.999, noNaN: true }), (times, random) => {
      const waitMs = limitOf(answer, times, { now, random })?.waitMs ?? 0;
      expect(waitMs).toBeGreaterThanOrEqual(60_000 * 2 ** times);
      expect(waitMs).toBeLessThan(75_000 * 2 ** times);
    }),
    { seed, numRuns },
  );
});

test("a wait is never negative, whatever the headers say", () => {
  const header = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.constant("0"),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  const headers = fc.dictionary(
    fc.constantFrom("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date"),
    header,
  );
  fc.assert(
    fc.property(fc.constantFrom(403, 429), headers, fc.string(), (status, headers, message) => {
      const limit = limitOf(refused(status, headers, message), 0, moment);
      expect(limit?.waitMs ?? 0).toBeGreaterThanOrEqual(0);
    }),
    { seed, numRuns },
  );
});

function usedUp(reset: number): Record<string, string> {
  return { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset / 1000) };
}
