/** How long a page may be, by a measure of its own, and its last line where blocks had to be left out. */
export interface Limit {
  readonly most: number;
  readonly sizeOf: (markdown: string) => number;
  readonly left: (blocks: number) => string;
}

/** The blocks that fit, in order, with a line on those that don't; each is Markdown that is whole in itself. */
export function fittingBlocks(blocks: readonly string[], { most, sizeOf, left }: Limit): readonly string[] {
  const kept: string[] = [];
  let size = 0;
  for (const block of blocks) {
    const more = sizeOf(block) + 2;
    if (size + more > most) continue;
    size += more;
    kept.push(block);
  }
  const dropped = blocks.length - kept.length;
  return dropped === 0 ? kept : [...kept, left(dropped)];
}
