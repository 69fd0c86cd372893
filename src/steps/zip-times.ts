import type { ArchiveFormat } from "../model/manifest.ts";
import { formatCount } from "../model/units.ts";
import { nameSome } from "./name-some.ts";

const first = Date.UTC(1980, 0, 1) / 1000;
const last = Date.UTC(2043, 11, 31, 23, 59, 58) / 1000;

/** The nearest time, of seconds since 1970, that archiver can write: dates beyond would come out as any time. */
export function zipTime(mtime: number): Date {
  return new Date(Math.min(Math.max(mtime, first), last) * 1000);
}

/** Whether a zip has another time of a file than its own; that it has only every other second isn't counted. */
export function isBeyondZip(mtime: number): boolean {
  return mtime < first || mtime > last + 1;
}

/** The time of an entry that a zip tells: `common`, if that is what became of it there. */
export function timeFromZip(told: number, common: number | undefined): number {
  return common !== undefined && told === Math.floor(zipTime(common).getTime() / 2000) * 2 ? common : told;
}

/** What a person should know of files that a zip has with other times; `paths` are the first of `total` at least. */
export function zipTimeWarnings(
  formats: readonly ArchiveFormat[],
  paths: readonly string[],
  total = paths.length,
): readonly string[] {
  if (total === 0 || !formats.includes("zip")) return [];
  const files = formatCount(total, "path has", "paths have");
  const named = paths.length === 0 ? "" : `: ${nameSome(paths, total)}`;
  return [`${files} a time before 1980 or after 2043, and the nearest of these in the zip${named}`];
}
