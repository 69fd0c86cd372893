import type { ArchiveFormat } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";

/**
 * Files as a set lists them: the archives in the order of their formats, each one's parts in theirs, then the rest as it was made. Parts
 * of several archives become whole at moments that are never the same twice.
 */
export function inSetOrder(files: readonly SetFile[], formats: readonly ArchiveFormat[]): readonly SetFile[] {
  const rank = ({ role, format }: SetFile) =>
    role !== "archive" || format === undefined ? formats.length : formats.indexOf(format);
  return files.toSorted((a, b) => rank(a) - rank(b));
}
