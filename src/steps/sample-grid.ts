import type { TreeEntry } from "../ports/repository.ts";
import type { SnapshotEntry } from "./commit-tree.ts";

/** Bytes before a sample that it's compressed with as dictionary, as in the midst of a block. */
export const sampleLead = 16 * 1024;

/** Bytes of a sample with its lead. */
export const sampleBytes = sampleLead + 32 * 1024;

// Many small samples tell more than few large ones: these met a tree of 625 MB within 2 %, wherever the first one lay.
const maxSamples = 640;

/** What of an entry is looked at here and for its headers. */
export type GridEntry = Pick<TreeEntry, "path" | "type" | "executable" | "bytes">;

/** A part of an entry that a sample holds; `offset` is that of the entry's content in the tar. */
export interface SampledEntry<E extends GridEntry = SnapshotEntry> {
  readonly entry: E;
  readonly offset: number;
}

/** A window of the tar, from `start` on, and the entries that reach into it. */
export interface Sample<E extends GridEntry = SnapshotEntry> {
  readonly start: number;
  readonly entries: readonly SampledEntry<E>[];
}

const finestSpacing = 128 * 1024;

/**
 * Picks windows all over a tar while its entries go by, without knowing how long it will be: whenever there are too many,
 * one of each pair is dropped and the spacing doubles. Each lies somewhere in its own stretch, by a fixed scatter, so that
 * a tar in which things come again at even distances isn't mistaken for what the windows happen to meet.
 */
export class SampleGrid<E extends GridEntry = SnapshotEntry> {
  #level = 0;
  #samples = new Map<number, SampledEntry<E>[]>();
  #entries = 0;
  #nameBytes = 0;
  #contentBytes = 0;

  add(entry: E, offset: number): void {
    this.#entries += 1;
    this.#nameBytes += Buffer.byteLength(entry.path) + (entry.type === "dir" || entry.type === "submodule" ? 1 : 0);
    this.#contentBytes += entry.type === "file" ? entry.bytes : 0;
    const start = offset - 512;
    const end = offset + Math.max(entry.type === "file" ? entry.bytes : 0, 1);
    // An entry over many windows may bring more of them than fit.
    while (Math.floor((end - 1) / this.#spacing) >= maxSamples) this.#widen();
    const last = Math.floor((end - 1) / this.#spacing);
    for (let index = Math.floor(start / this.#spacing); index <= last; index++) {
      const window = startOf(index, this.#level);
      if (window < end && window + sampleBytes > start) this.#reach(index, { entry, offset });
    }
  }

  /** The windows, in order. */
  samples(): readonly Sample<E>[] {
    return [...this.#samples].map(([index, entries]) => ({ start: startOf(index, this.#level), entries }));
  }

  /** Of all entries that were added; names without the prefix. */
  get totals(): { readonly entries: number; readonly nameBytes: number; readonly contentBytes: number } {
    return { entries: this.#entries, nameBytes: this.#nameBytes, contentBytes: this.#contentBytes };
  }

  get #spacing(): number {
    return finestSpacing * 2 ** this.#level;
  }

  #reach(index: number, sampled: SampledEntry<E>): void {
    const sample = this.#samples.get(index);
    if (sample === undefined) this.#samples.set(index, [sampled]);
    else sample.push(sampled);
  }

  #widen(): void {
    this.#level += 1;
    const kept = [...this.#samples]
      .map(([index, entries]) => [Math.floor(index / 2), index % 2, entries] as const)
      .filter(([pair, half]) => half === keptHalf(pair, this.#level))
      .map(([pair, , entries]) => [pair, entries] as const);
    this.#samples = new Map(kept);
  }
}

/** Where the window of a stretch lies: that of the half, of the half, ... that was kept. */
function startOf(index: number, level: number): number {
  let finest = index;
  for (let above = level; above > 0; above -= 1) finest = 2 * finest + keptHalf(finest, above);
  return finest * finestSpacing + (scattered(finest, 0) % (finestSpacing - sampleBytes + 1));
}

function keptHalf(pair: number, level: number): 0 | 1 {
  return scattered(pair, level) % 2 === 0 ? 0 : 1;
}

/** A whole number from 0 to 2^32 - 1 that looks random and is always the same (the finalizer of MurmurHash3). */
function scattered(index: number, level: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(level + 1, 0x85ebca77);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
