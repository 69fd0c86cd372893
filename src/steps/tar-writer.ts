import { createHash, type Hash } from "node:crypto";
import type { Digest } from "../model/manifest.ts";
import type { BytePath } from "../ports/folder.ts";
import { bytesOf } from "./byte-text.ts";
import { tarBlockBytes } from "./tar-header.ts";
import { tarEnd, tarHead, type TarHead } from "./write-tar-header.ts";

/** One member of a tar, its path without the prefix; a folder's may end with a slash or not. */
export interface TarMember extends Omit<TarHead, "path" | "link" | "owner"> {
  readonly path: BytePath;
  readonly link?: BytePath;
}

/** The tar as it would be under another prefix. */
export interface ShadowTar {
  readonly prefix: string;
  readonly tar: Digest;
}

export interface TarPrefixes {
  /** Empty, or ending with a slash. */
  readonly prefix: string;
  readonly shadows: readonly string[];
  /** Time of the prefix's own folders. */
  readonly mtime: number;
}

/**
 * A canonical tar that grows member by member: the prefix's folders, what is put in, two zero blocks, zeros up to a whole
 * record. It comes out in chunks of 512 KiB; under the other prefixes it is only hashed.
 */
export class TarWriter {
  readonly #tars: readonly OneTar[];
  readonly #shadows: readonly { readonly prefix: string; readonly hash: Hash; readonly tar: OneTar }[];
  readonly #zeros = Buffer.alloc(tarBlockBytes);
  #chunks: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  #inMember = 0;

  constructor({ prefix, shadows, mtime }: TarPrefixes) {
    const main = new OneTar(prefix, (chunk) => {
      this.#chunks.push(chunk);
      return this.#spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
    });
    this.#shadows = shadows.map((shadow) => {
      const hash = createHash("sha256");
      const full = (chunk: Buffer): Buffer => {
        hash.update(chunk);
        return chunk;
      };
      return { prefix: shadow, hash, tar: new OneTar(shadow, full) };
    });
    this.#tars = [main, ...this.#shadows.map(({ tar }) => tar)];
    for (const tar of this.#tars) tar.startWithPrefix(mtime);
  }

  /** The head of a member; its content, `size` bytes, and `endMember` have to follow. */
  startMember(member: TarMember): void {
    this.#inMember = 0;
    for (const tar of this.#tars) tar.head(member);
  }

  content(data: Uint8Array): void {
    this.#inMember += data.length;
    for (const tar of this.#tars) tar.push(data);
  }

  /** Gives the bytes of content that the member had. */
  endMember(): number {
    const over = this.#inMember % tarBlockBytes;
    if (over > 0) for (const tar of this.#tars) tar.push(this.#zeros.subarray(over));
    return this.#inMember;
  }

  /** A member whose content is at hand, or that has none. */
  whole(member: TarMember, data?: Uint8Array): void {
    this.startMember(member);
    if (data !== undefined) this.content(data);
    this.endMember();
  }

  /** Chunks that are full since the last call; usually none. */
  full(): readonly Buffer[] {
    if (this.#chunks.length === 0) return this.#chunks;
    const full = this.#chunks;
    this.#chunks = [];
    return full;
  }

  /** Takes a chunk back that nobody needs any more, to be filled again. */
  reuse(chunk: Buffer): void {
    if (chunk.length === chunkBytes) this.#spare.push(chunk);
  }

  /** Ends the tar; `full` has its last chunks then. */
  end(): readonly ShadowTar[] {
    for (const tar of this.#tars) tar.end();
    return this.#shadows.map(({ prefix, hash, tar }) => ({
      prefix,
      tar: { bytes: tar.bytes, sha256: hash.digest("hex") },
    }));
  }
}

const chunkBytes = 512 * 1024;

/** Gathers small pieces into chunks. `full` is given each one and gives the buffer to go on with. */
class OneTar {
  readonly #prefix: BytePath;
  readonly #full: (chunk: Buffer) => Buffer;
  #chunk: Buffer = Buffer.allocUnsafeSlow(chunkBytes);
  #filled = 0;
  bytes = 0;

  constructor(prefix: string, full: (chunk: Buffer) => Buffer) {
    this.#prefix = bytesOf(prefix);
    this.#full = full;
  }

  startWithPrefix(mtime: number): void {
    for (const head of prefixFolders(this.#prefix, mtime)) this.push(tarHead(head));
  }

  head(member: TarMember): void {
    this.push(tarHead(headOf(member, this.#prefix)));
  }

  push(data: Uint8Array): void {
    this.bytes += data.length;
    for (let at = 0; at < data.length;) {
      const part = at === 0 && data.length <= chunkBytes - this.#filled ? data : this.#fitting(data, at);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < chunkBytes) continue;
      this.#chunk = this.#full(this.#chunk);
      this.#filled = 0;
    }
  }

  end(): void {
    this.push(tarEnd(this.bytes));
    if (this.#filled > 0) this.#full(this.#chunk.subarray(0, this.#filled));
  }

  #fitting(data: Uint8Array, at: number): Uint8Array {
    return data.subarray(at, at + chunkBytes - this.#filled);
  }
}

/** The folders that a prefix consists of, outermost first. */
export function prefixFolders(prefix: BytePath, mtime: number): readonly TarHead[] {
  const levels = prefix.split("/").slice(0, -1);
  return levels.map((_, i) =>
    headOf({ path: levels.slice(0, i + 1).join("/"), type: "dir", mode: 0o755, size: 0, mtime }, ""),
  );
}

/** The head of a member of `coldstore-tar/1` under a prefix. */
export function headOf({ path, link, ...rest }: TarMember, prefix: BytePath): TarHead {
  const slash = rest.type === "dir" && !path.endsWith("/") ? "/" : "";
  return {
    ...rest,
    path: Buffer.from(prefix + path + slash, "latin1"),
    ...(link !== undefined && { link: Buffer.from(link, "latin1") }),
    owner: "",
  };
}
