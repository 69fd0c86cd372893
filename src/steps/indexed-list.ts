import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import { blockIndexOf, type ManifestArtifact } from "../model/manifest.ts";
import type { BytePath } from "../ports/folder.ts";
import type { Io } from "../ports/store.ts";
import { bytesOf } from "./byte-text.ts";
import { LineSplitter } from "./file-list.ts";
import { parseFileListLine } from "./file-list-lines.ts";
import { RangedBlocks } from "./ranged-blocks.ts";
import type { RestoreSource } from "./restore-source.ts";

/** An entry, and the block that its line starts in. */
export interface IndexedEntry {
  readonly entry: Entry;
  readonly block: number;
}

/** Blocks that are read at once where many are wanted. */
const blocksAhead = 32;

const mostHeld = 2 * blocksAhead;

/** How every line of a list starts, and nothing within one can look: quotes are escaped there. */
const lineStart = Buffer.from('{"path":');

/** A set's file list, read by blocks: of it as a whole nothing is proven. */
export class IndexedList {
  readonly #blocks: RangedBlocks;
  readonly #firstPaths: readonly BytePath[];
  readonly #read = new Map<number, Uint8Array>();

  /** Throws `integrity` when its index can't be that of such a list. */
  constructor(source: RestoreSource, file: ManifestArtifact) {
    this.#blocks = new RangedBlocks(source, { artifact: file, plainBytes: source.content.file_list.bytes });
    this.#firstPaths = (blockIndexOf(file)?.firstPaths ?? []).map(bytesOf);
    if (this.#firstPaths.length !== this.#blocks.count || this.#blocks.count === 0) throw damaged();
  }

  /** The block in which a path (a folder's with a slash behind) has its line, if it has one and the list is sorted. */
  blockOf(path: BytePath): number {
    const next = this.#firstPaths.findIndex((first) => first > path);
    return next === -1 ? this.#blocks.count - 1 : Math.max(0, next - 1);
  }

  /** The entries whose lines start in a block or behind it. `until`: the block up to which most likely all are wanted. */
  async *entries(block: number, until: number, io: Io): AsyncGenerator<IndexedEntry, void, undefined> {
    const splitter = new LineSplitter();
    let start = block;
    let isBegun = false;
    for (let at = block; at < this.#blocks.count; at++) {
      const bytes: Uint8Array = await this.#bytesOf(at, Math.min(until, at + blocksAhead - 1), io);
      const from: number = isBegun ? 0 : firstLine(bytes, at);
      isBegun ||= from < bytes.length;
      for (const line of splitter.push(bytes.subarray(from))) {
        yield { entry: parseFileListLine(line, splitter.count), block: start };
        start = at;
      }
      if (!isBegun || bytes.at(-1) === newline) start = at + 1;
    }
    splitter.end();
  }

  async #bytesOf(block: number, until: number, io: Io): Promise<Uint8Array> {
    const there = this.#read.get(block);
    if (there !== undefined) return there;
    if (this.#read.size > mostHeld) this.#read.clear();
    const wanted = Array.from({ length: Math.max(1, until - block + 1) }, (_, i) => block + i);
    let next = block;
    for await (const piece of this.#blocks.pieces(wanted, io)) {
      if ("lost" in piece) throw damaged();
      this.#read.set(next, piece.data);
      next += 1;
    }
    return this.#read.get(block) ?? new Uint8Array();
  }
}

const newline = 0x0a;

/** Where in a block the first line starts: what lies before belongs to one that began before the block. */
function firstLine(bytes: Uint8Array, block: number): number {
  if (block === 0 || Buffer.compare(bytes.subarray(0, lineStart.length), lineStart) === 0) return 0;
  const end = bytes.indexOf(newline);
  return end === -1 ? bytes.length : end + 1;
}

function damaged(): ColdstoreError {
  return new ColdstoreError("integrity", "the index of the file list doesn't fit it");
}
