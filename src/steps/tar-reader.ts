import { type PaxRecords, parsePaxRecords } from "./pax-records.ts";
import { damagedTar, isZero, parseTarHeader, sparseTar, tarBlockBytes, type TarHeader } from "./tar-header.ts";

export type TarType = "file" | "symlink" | "dir" | "hardlink" | "device";

/** One member of a tar, pax and GNU headers applied. Names are raw bytes; a folder's has its slash, if the tar has one. */
export interface TarMember {
  readonly path: Uint8Array;
  readonly type: TarType;
  /** Lower 12 bits. */
  readonly mode: number;
  /** Bytes of content that follow; 0 for all but files. */
  readonly size: number;
  /** Seconds since 1970, whole, rounded down; may be negative. */
  readonly mtime: number;
  /** Target of a symlink or a hard link, else empty. */
  readonly link: Uint8Array;
  /** Where the content starts, or would start, in the tar. */
  readonly offset: number;
}

/** `data` comes once or more for a member with content, between its `member` and its `end`; padding is checked before `end`. */
export type TarEvent =
  | { readonly kind: "member"; readonly member: TarMember }
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "comment"; readonly comment: Uint8Array };

type Part = "header" | "meta" | "data" | "padding" | "zeros";

// Readers that disagree about huge names or comments are how archives are smuggled past checks; real ones are short.
const maxMetaBytes = 1024 * 1024;

// What an entry's own header has digits for; for more, writers leave any number there (pax(1), "size").
const mostOctalBytes = 0o77777777777;

/**
 * Reads a tar (ustar, pax, GNU long names and numbers) from chunks of any size, without keeping content.
 * Strict: anything that two readers could take differently is an `integrity` error that names the byte; the reader
 * is then of no further use, and `position` tells how far it came.
 */
export class TarReader {
  /** Bytes of the tar that were taken so far. */
  position: number;
  #part: Part = "header";
  /** Bytes left of the part that is being read. */
  #left = tarBlockBytes;
  #padding = 0;
  #kept: Uint8Array[] = [];
  #meta: TarHeader | undefined;
  #pax: PaxRecords | undefined;
  #longPath: Uint8Array | undefined;
  #longLink: Uint8Array | undefined;
  #zeros = 0;

  /** `position` is where in the tar the first chunk starts: a multiple of 512 at which a header lies. */
  constructor(position = 0) {
    this.position = position;
  }

  /** What the chunk holds. It must be drained before the next push; data are views of the chunk. */
  *push(chunk: Uint8Array): Generator<TarEvent, void, undefined> {
    for (let at = 0; at < chunk.length;) {
      const taken = this.#part === "zeros" ? chunk.subarray(at) : chunk.subarray(at, at + this.#left);
      at += taken.length;
      this.position += taken.length;
      this.#left -= taken.length;
      const event = this.#take(taken);
      if (event !== undefined) yield event;
      if (this.#part === "data" && this.#left === 0) this.#begin("padding", this.#padding);
      if (this.#part === "padding" && this.#left === 0) {
        this.#begin("header", tarBlockBytes);
        yield { kind: "end" };
      }
    }
  }

  /** To be called behind the last chunk: the tar must have come to its end marker. */
  end(): void {
    if (this.#part !== "zeros" || this.#zeros < 2 * tarBlockBytes || this.#zeros % tarBlockBytes !== 0)
      throw damagedTar(this.position, "it ends there, before its end marker");
  }

  #take(taken: Uint8Array): TarEvent | undefined {
    switch (this.#part) {
      case "data":
        return { kind: "data", data: taken };
      case "padding":
      case "zeros":
        this.#expectZeros(taken);
        return undefined;
      case "header":
      case "meta":
        if (this.#left > 0) {
          this.#kept.push(Buffer.from(taken));
          return undefined;
        }
        return this.#part === "header" ? this.#header(this.#whole(taken)) : this.#metaDone(this.#whole(taken));
    }
  }

  /** The part just ended, in one piece: almost always it lies in one chunk. */
  #whole(last: Uint8Array): Uint8Array {
    if (this.#kept.length === 0) return last;
    const whole = Buffer.concat([...this.#kept, last]);
    this.#kept = [];
    return whole;
  }

  #begin(part: Part, bytes: number): void {
    this.#part = part;
    this.#left = bytes;
  }

  #expectZeros(bytes: Uint8Array): void {
    if (this.#part === "zeros") this.#zeros += bytes.length;
    if (isZero(bytes)) return;
    // What follows zeros that are no end may well be read: it starts there.
    if (this.#part === "zeros") this.position -= bytes.length - bytes.findIndex((byte) => byte !== 0);
    throw damagedTar(
      this.position,
      this.#part === "zeros" ? "there is something behind its end" : "there is something in the padding before it",
    );
  }

  #header(block: Uint8Array): TarEvent | undefined {
    const at = this.position - tarBlockBytes;
    if (block[0] === 0 && isZero(block)) {
      if (this.#hasMeta()) throw damagedTar(at, "it ends behind a pax or GNU header that nothing follows");
      this.#begin("zeros", 0);
      this.#zeros = tarBlockBytes;
      return undefined;
    }
    const header = parseTarHeader(block, at);
    return "xgLK".includes(header.flag) ? this.#startMeta(header, at) : this.#startMember(header, at);
  }

  #startMeta(header: TarHeader, at: number): undefined {
    if (header.size === 0 || header.size > maxMetaBytes)
      throw damagedTar(at, `a pax or GNU header of ${header.size} bytes; 1 to ${maxMetaBytes} are read`);
    this.#meta = header;
    this.#begin("meta", padded(header.size));
  }

  #metaDone(data: Uint8Array): TarEvent | undefined {
    const header = this.#meta;
    this.#meta = undefined;
    this.#begin("header", tarBlockBytes);
    const start = this.position - data.length;
    const content = data.subarray(0, header?.size ?? 0);
    if (!isZero(data.subarray(content.length))) throw damagedTar(start, "there is something in a header's padding");
    if (header?.flag === "L") this.#longPath = this.#longName(this.#longPath, content);
    else if (header?.flag === "K") this.#longLink = this.#longName(this.#longLink, content);
    else return this.#paxDone(content, { global: header?.flag === "g", start });
    return undefined;
  }

  #paxDone(content: Uint8Array, { global, start }: { global: boolean; start: number }): TarEvent | undefined {
    const records = parsePaxRecords(content);
    if (typeof records === "string") throw damagedTar(start, records);
    if (records.sparse === true) throw sparseTar(start);
    if (!global) {
      if (this.#pax !== undefined) throw damagedTar(start, "two pax headers for one entry");
      this.#pax = records;
      return undefined;
    }
    if (records.path !== undefined || records.linkpath !== undefined || records.size !== undefined)
      throw damagedTar(start, "a global pax header that names or sizes all entries");
    return records.comment && { kind: "comment", comment: records.comment };
  }

  #longName(before: Uint8Array | undefined, content: Uint8Array): Uint8Array {
    const end = content.indexOf(0);
    const name = Buffer.from(end === -1 ? content : content.subarray(0, end));
    if (before !== undefined || name.length === 0 || !isZero(content.subarray(name.length)))
      throw damagedTar(this.position, "a GNU long name before it is malformed or the second one");
    return name;
  }

  #hasMeta(): boolean {
    return this.#pax !== undefined || this.#longPath !== undefined || this.#longLink !== undefined;
  }

  #startMember(header: TarHeader, at: number): TarEvent {
    const pax = this.#pax ?? {};
    if ((pax.path && this.#longPath) || (pax.linkpath && this.#longLink))
      throw damagedTar(at, "an entry named by a pax and a GNU header");
    const path = pax.path ?? this.#longPath ?? header.path;
    const link = pax.linkpath ?? this.#longLink ?? header.link;
    const size = pax.size ?? header.size;
    if (size !== header.size && size <= mostOctalBytes)
      throw damagedTar(at, "a pax header and the entry's own disagree about its size");
    const type = typeOf(header.flag, path);
    if (header.flag === "S") throw sparseTar(at);
    if (type === undefined) throw damagedTar(at, `an entry of type "${header.flag}", which Coldstore doesn't read`);
    if (path.length === 0) throw damagedTar(at, "an entry without a name");
    if (type !== "file" && size !== 0) throw damagedTar(at, `a ${type} with content`);
    const linked = type === "symlink" || type === "hardlink";
    this.#pax = this.#longPath = this.#longLink = undefined;
    this.#padding = padded(size) - size;
    this.#begin(size > 0 ? "data" : "padding", size);
    const mtime = pax.mtime ?? header.mtime;
    const member = { path, type, mode: header.mode, size, mtime, offset: this.position };
    return { kind: "member", member: { ...member, link: linked ? link : new Uint8Array() } };
  }
}

/** Bytes that a tar spends on so much content. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / tarBlockBytes) * tarBlockBytes;
}

function typeOf(flag: string, path: Uint8Array): TarType | undefined {
  // Before POSIX a folder was a file whose name ends with a slash; readers still take it so.
  if (flag === "0" || flag === "7") return path.at(-1) === 0x2f ? "dir" : "file";
  if (flag === "1") return "hardlink";
  if (flag === "2") return "symlink";
  if (flag === "5") return "dir";
  return flag === "3" || flag === "4" || flag === "6" ? "device" : undefined;
}
