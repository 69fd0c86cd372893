import { codeSpan } from "./markdown-text.ts";

/** An RFC 3339 time as a person reads it, in UTC: `2026-11-22 02:15:00`; anything else as it is. */
export function readableTime(time: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/u.exec(time);
  return parts === null ? time : `${parts[1]} ${parts[2]}`;
}

/** The same to the minute, as Markdown: `2026-11-22 02:15`. */
export function minuteOf(time: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/u.exec(time);
  return parts === null ? codeSpan(time) : `${parts[1]} ${parts[2]}`;
}
