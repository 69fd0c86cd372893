import { levelFor } from "../model/archive-format.ts";
import type { ArchiveFormat } from "../model/manifest.ts";

/** Levels that were asked for: one for all formats that compress, or one each; a format that isn't named has its usual one. */
export type AskedLevel = number | Readonly<Partial<Record<ArchiveFormat, number>>>;

/** The level that a format is made with; undefined for one that doesn't compress. */
export function levelOf(format: ArchiveFormat, asked: AskedLevel | undefined): number | undefined {
  return levelFor(format, typeof asked === "object" ? asked[format] : asked);
}
