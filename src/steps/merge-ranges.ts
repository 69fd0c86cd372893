import type { ByteRange } from "../ports/store.ts";

/** Bytes that are rather read along than asked for around: about what a request costs. */
const gapBytes = 512 * 1024;

/** How far apart two ranges may lie that are still read as one. */
export function gapFor({ ranges }: { readonly ranges: boolean }): number {
  // A store without ranges goes by all that lies before one, every time.
  return ranges ? gapBytes : Infinity;
}

/** Ranges in the order of their starts, those joined that overlap or have at most `gap` bytes between them. */
export function mergeRanges(ranges: readonly ByteRange[], gap: number): readonly ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && range.start - last.end <= gap)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    else merged.push(range);
  }
  return merged;
}

export function bytesIn(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
