import { createHash } from "node:crypto";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { ZipArchive, type ZipEntryData } from "archiver";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { Digest } from "../model/manifest.ts";
import type { Output } from "./output-file.ts";
import { zipTime } from "./zip-times.ts";

/** What a zip says of one entry. */
export interface ZipHead {
  /** A folder's ends with a slash. */
  readonly name: string;
  readonly mode: number;
  /** Seconds since 1970; a zip has them from 1980 to 2043, others become the nearest of these. */
  readonly mtime: number;
  /** Symlinks only. */
  readonly link?: string;
}

export interface ZipOptions {
  readonly output: Output;
  /** 0 to 9; 0 stores. */
  readonly level: number;
  /** Of the whole archive. */
  readonly comment: string;
}

// What waits in memory for its turn: entries are compressed one after the other. With 64 of them, objects grew old enough to
// take 70 MB more.
const mostWaiting = { bytes: 1024 * 1024, entries: 16 };

// Archiver opens a deflate stream of its own for each entry. At the default 8 they left 60 MB more behind than at 7, with
// which 35,000 small files came out no larger.
const memLevel = 7;

// The same for its window: with 16 KiB instead of 32 an archive of 78,000 files took a fifth less time, and 2.7 % more bytes.
const windowBits = 14;

// Deflate wins little or nothing of so few bytes, and each costs a compressor.
const leastDeflated = 64;

// What archiver gives comes in pieces of a few bytes; they are joined before they are handed on.
const pieceBytes = 256 * 1024;

/** Writes a zip, entry by entry, in the order in which they come. The bytes depend on the entries, the level and the zlib that Node carries. */
export class ZipWriter {
  readonly #zip: ZipArchive;
  readonly #names: string[] = [];
  readonly #sizes: number[] = [];
  readonly #output: Output;
  readonly #sha256 = createHash("sha256");
  readonly #ended = Promise.withResolvers<void>();
  #piece = Buffer.allocUnsafeSlow(pieceBytes);
  #filled = 0;
  #bytes = 0;
  #written: Promise<void> = Promise.resolve();
  /** Bytes of content that archiver has taken and not yet compressed, and of the zip that the output hasn't taken. */
  #waiting = 0;
  #error: ColdstoreError | undefined;
  #change = Promise.withResolvers<void>();
  #stream: PassThrough | undefined;

  constructor({ output, level, comment }: ZipOptions) {
    this.#output = output;
    this.#zip = new ZipArchive({ comment, zlib: { level, memLevel, windowBits } });
    this.#zip.on("error", (error) => this.#fail(error));
    this.#zip.on("warning", (error) => this.#fail(error));
    this.#zip.on("entry", ({ name }) => this.#added(name));
    this.#zip.on("end", () => this.#ended.resolve());
    // Never paused: archiver gives the directory at the end in one go, and would keep its millions of pieces.
    this.#zip.on("data", (chunk) => this.#gather(chunk));
    this.#ended.promise.catch(() => undefined);
  }

  /** Takes an entry and all of its content, which must not change after. Resolves when there is room for another. */
  async add(head: ZipHead, content: Uint8Array): Promise<void> {
    this.#append(head, Buffer.from(content.buffer, content.byteOffset, content.length), content.length);
    await this.#room();
  }

  /** Begins an entry whose content comes in pieces, by `write`, up to `end`. */
  begin(head: ZipHead): void {
    this.#stream = new PassThrough({ highWaterMark: mostWaiting.bytes });
    // Met by whoever writes.
    this.#stream.on("error", () => undefined);
    this.#append(head, this.#stream, 0);
  }

  async write(data: Uint8Array): Promise<void> {
    this.#throwIfFailed();
    if (this.#stream?.write(data) === false) await once(this.#stream, "drain").catch(() => this.#throwIfFailed());
    await this.#room();
  }

  end(): void {
    this.#stream?.end();
    this.#stream = undefined;
  }

  /** Resolves when all is written. The output stays open. */
  async finish(): Promise<Digest> {
    this.#throwIfFailed();
    await Promise.all([this.#zip.finalize(), this.#ended.promise]);
    this.#handOn();
    await this.#written;
    this.#throwIfFailed();
    if (this.#names.length > 0) throw new ColdstoreError("bug", `the zip lacks ${this.#names.join(", ")}.`);
    return { bytes: this.#bytes, sha256: this.#sha256.digest("hex") };
  }

  /** Ends what is under way, after a failure or an abort; never rejects. */
  async abandon(): Promise<void> {
    this.#fail(new ColdstoreError("bug", "the zip was written after it was given up."));
    await this.#written;
  }

  #append({ name, mode, mtime, link }: ZipHead, content: Buffer | PassThrough, bytes: number): void {
    this.#throwIfFailed();
    const store = content instanceof Buffer && content.length < leastDeflated;
    const common = { name, mode, date: zipTime(mtime), ...(store && { store }) };
    const data: ZipEntryData & { linkname?: string } =
      link === undefined ? common : { ...common, type: "symlink", linkname: link };
    this.#names.push(name);
    this.#sizes.push(bytes);
    this.#waiting += bytes;
    this.#zip.append(content, data);
  }

  /** The event comes with the name as archiver has written it. */
  #added(name: string): void {
    const given = this.#names.shift();
    this.#waiting -= this.#sizes.shift() ?? 0;
    if (name !== given) this.#fail(new ColdstoreError("bug", `"${given}" became "${name}" in the zip.`));
    this.#wake();
  }

  async #room(): Promise<void> {
    while (this.#waiting > mostWaiting.bytes || this.#names.length > mostWaiting.entries) {
      this.#throwIfFailed();
      await this.#change.promise;
    }
    this.#throwIfFailed();
  }

  #gather(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + pieceBytes - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === pieceBytes) this.#handOn();
    }
  }

  /** One piece after the other; an error is kept for the next call. */
  #handOn(): void {
    const piece = this.#piece.subarray(0, this.#filled);
    this.#piece = Buffer.allocUnsafeSlow(pieceBytes);
    this.#filled = 0;
    this.#sha256.update(piece);
    this.#bytes += piece.length;
    this.#waiting += piece.length;
    this.#written = this.#written.then(async () => this.#write(piece));
  }

  async #write(piece: Uint8Array): Promise<void> {
    if (this.#error !== undefined) return;
    try {
      await this.#output.write(piece);
    } catch (error) {
      this.#fail(error);
    }
    this.#waiting -= piece.length;
    this.#wake();
  }

  /** The first failure is what everybody gets who waits or comes later. */
  #fail(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = asColdstoreError(error);
    this.#zip.abort();
    this.#zip.destroy();
    this.#stream?.destroy(this.#error);
    this.#ended.reject(this.#error);
    this.#wake();
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #throwIfFailed(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}
