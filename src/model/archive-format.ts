import type { ArchiveFormat } from "./manifest.ts";

/** What a format's compressor takes and is given. */
export interface LevelRange {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

const levels: Readonly<Record<ArchiveFormat, LevelRange | undefined>> = {
  "tar.gz": { least: 0, most: 9, usual: 6 },
  "tar.zst": { least: 1, most: 19, usual: 3 },
  tar: undefined,
  zip: { least: 0, most: 9, usual: 6 },
};

/** The levels of a format; undefined for one that doesn't compress. */
export function levelsOf(format: ArchiveFormat): LevelRange | undefined {
  return levels[format];
}

/** The level that an archive is made with, when `asked` (undefined: nobody said) fits the format. */
export function levelFor(format: ArchiveFormat, asked: number | undefined): number | undefined {
  return levels[format] === undefined ? undefined : (asked ?? levels[format].usual);
}

/** The number that a part's name ends with: three digits, so that a shell's `part-*` has them in order. */
export const mostParts = 999;

/** The name of an archive's part, counted from 1: `app-1.0.tar.gz.part-001`. */
export function partName(archive: string, number: number): string {
  return `${archive}.part-${String(number).padStart(3, "0")}`;
}
