import { createHash } from "node:crypto";
import type { BlockIndex } from "../model/artifact.ts";
import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Digest } from "../model/manifest.ts";
import { BlockCompressor, type GzipFile } from "./compress-blocks.ts";
import { fileListLine, parseFileListLine } from "./file-list-lines.ts";
import type { Output } from "./output-file.ts";

/** Uncompressed bytes of each independent block of a file list. */
const fileListBlockBytes = 64 * 1024;

/** The level that file lists are compressed with, whatever the archive's. */
export const fileListLevel = 6;

// A line holds a path and a link of at most 1 MiB each, every byte of which may be six of JSON and 4/3 of base64.
const maxLineBytes = 16 * 1024 * 1024;

/** A finished file list: compressed, with the first path of each block, and the digest of its lines. */
export interface FileListFile extends GzipFile {
  readonly lines: Digest;
}

/** Writes a file list in blocks as the entries come. */
export class FileListWriter {
  readonly #compressor: BlockCompressor;
  readonly #sha256 = createHash("sha256");
  readonly #firstPaths: string[] = [];
  #block = Buffer.allocUnsafeSlow(fileListBlockBytes);
  #filled = 0;
  #bytes = 0;
  #full: Promise<void>[] = [];
  #lastPath = "";

  constructor(output: Output) {
    this.#compressor = new BlockCompressor(output, { level: fileListLevel, blockBytes: fileListBlockBytes });
  }

  /** Takes the next entry. `ready` is to be awaited every now and then, so that lines don't pile up. */
  add(entry: Entry): void {
    const line = Buffer.from(fileListLine(entry));
    const path = entry.type === "dir" ? `${entry.path}/` : entry.path;
    this.#lastPath = path;
    for (let at = 0; at < line.length;) {
      const block = Math.floor(this.#bytes / fileListBlockBytes);
      // A block in which no line starts has the path of the line that it is in the midst of.
      const starts = at === 0 || line.length - at >= fileListBlockBytes;
      if (starts && this.#firstPaths.length === block) this.#firstPaths.push(path);
      at += this.#fill(line.subarray(at));
    }
  }

  /** Resolves when there is room for more entries; rejects with what writing failed of. */
  async ready(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    await Promise.all(full);
  }

  /** Ends the list. The output itself stays open. */
  async finish(): Promise<FileListFile> {
    if (this.#filled > 0) this.#flush();
    await this.ready();
    const file = await this.#compressor.finish();
    if (this.#firstPaths.length < file.blocks.offsets.length) this.#firstPaths.push(this.#lastPath);
    const blocks: BlockIndex = { ...file.blocks, firstPaths: this.#firstPaths };
    return { ...file, blocks, lines: { bytes: this.#bytes, sha256: this.#sha256.digest("hex") } };
  }

  #fill(bytes: Uint8Array): number {
    const part = bytes.subarray(0, fileListBlockBytes - this.#filled);
    this.#block.set(part, this.#filled);
    this.#filled += part.length;
    this.#bytes += part.length;
    if (this.#filled === fileListBlockBytes) this.#flush();
    return part.length;
  }

  #flush(): void {
    const block = this.#block.subarray(0, this.#filled);
    this.#sha256.update(block);
    const added = this.#compressor.add(block);
    added.catch(() => undefined);
    this.#full.push(added);
    this.#block = Buffer.allocUnsafeSlow(fileListBlockBytes);
    this.#filled = 0;
  }
}

/** The entries of an uncompressed file list, in its order. Rejects with `integrity`, naming the line that is wrong. */
export async function* readFileList(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Entry, void, undefined> {
  for await (const batch of fileListBatches(lines)) yield* batch;
}

/** The same, by as many as come at once: waiting for each single one costs more than reading it. */
export async function* fileListBatches(
  lines: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Entry[], void, undefined> {
  const splitter = new LineSplitter();
  for await (const chunk of lines)
    yield Array.from(splitter.push(chunk), (line) => parseFileListLine(line, splitter.count));
  splitter.end();
}

/** Lines out of chunks of any size. Throws `integrity` for one that is longer than any of ours. */
export class LineSplitter {
  /** Lines that came whole. */
  count = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let at = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, at)) {
      const line = chunk.subarray(at, end);
      const rest = this.#rest;
      this.#rest = [];
      this.#restBytes = 0;
      this.count += 1;
      at = end + 1;
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
    }
    if (at === chunk.length) return;
    this.#rest.push(Buffer.from(chunk.subarray(at)));
    this.#restBytes += chunk.length - at;
    if (this.#restBytes > maxLineBytes) throw badEnd(this.count + 1, "is too long");
  }

  end(): void {
    if (this.#restBytes > 0) throw badEnd(this.count + 1, "is cut off");
  }
}

function badEnd(line: number, what: string): ColdstoreError {
  return new ColdstoreError("integrity", `line ${line} of the file list ${what}. Use another copy of it.`);
}
