import { fine, type Parsed, wrong } from "./parsed.ts";
import type { Since } from "./value-types.ts";

const unitMs = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** `30d` or `2w12h` before now; `2026-01-31`, which begins at midnight UTC; or a time of RFC 3339 with its zone. */
export function parseSince(text: string): Parsed<Since> {
  const [whole, ...parts] =
    /^(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(text) ?? [];
  const ago = Object.values(unitMs).reduce((sum, ms, at) => sum + ms * Number(parts[at] ?? 0), 0);
  if (whole !== undefined && ago > 0) return fine({ ago });
  const time = timeOf(text);
  return time === undefined
    ? wrong(
        "; give a time from now such as 30d or 12h, a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z",
      )
    : fine({ time });
}

/** Milliseconds since 1970; undefined for what is no date, such as 30 February, and for a time without a zone. */
function timeOf(text: string): number | undefined {
  const [, date = "", clock] =
    /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)))?$/.exec(text) ?? [];
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return undefined;
  const time = clock === undefined ? day.getTime() : Date.parse(`${date}T${clock.toUpperCase()}`);
  return Number.isNaN(time) ? undefined : time;
}
