import { hash, createHash, type Hash } from "node:crypto";
import type { TarReader, TarMember } from "./tar-reader.ts";

/** A member of a tar that was read to its end. */
export interface ReadMember {
  readonly member: TarMember;
  /** SHA-256 of the content, files only; undefined when digests weren't asked for. */
  readonly sha256?: string;
  /** The content of a file of at most `smallBytes`. */
  readonly small?: Uint8Array;
}

/** Files up to this size have their content handed over: LFS pointers are no larger. */
const smallBytes = 1024;

/** Turns what a TarReader says into whole members with their digests. `comments` gets those of pax global headers. */
export class MemberReader {
  readonly comments: string[] = [];
  readonly #tar: TarReader;
  readonly #digests: boolean;
  #member: TarMember | undefined;
  #parts: Uint8Array[] = [];
  #hash: Hash | undefined;
  #sha256: string | undefined;

  constructor(tar: TarReader, options: { readonly digests: boolean }) {
    this.#tar = tar;
    this.#digests = options.digests;
  }

  /** The members that end in this chunk. Rejects as TarReader does. */
  *push(chunk: Uint8Array): Generator<ReadMember, void, undefined> {
    for (const event of this.#tar.push(chunk)) {
      if (event.kind === "member") this.#member = event.member;
      else if (event.kind === "comment") this.comments.push(Buffer.from(event.comment).toString("utf8"));
      else if (event.kind === "data") this.#data(event.data);
      else if (this.#member !== undefined) yield this.#done(this.#member);
    }
  }

  #data(data: Uint8Array): void {
    const size = this.#member?.size ?? 0;
    if (size <= smallBytes) this.#parts.push(data.length === size ? data : Buffer.from(data));
    else if (!this.#digests) return;
    // One call on the whole is three times as fast as an object a file, and most files lie in one block.
    else if (data.length === size) this.#sha256 = hash("sha256", data);
    else (this.#hash ??= createHash("sha256")).update(data);
  }

  #done(member: TarMember): ReadMember {
    const small = member.type === "file" && member.size <= smallBytes ? joined(this.#parts) : undefined;
    const sha256 = this.#digests && member.type === "file" ? this.#digest(small) : undefined;
    this.#member = this.#hash = this.#sha256 = undefined;
    if (this.#parts.length > 0) this.#parts = [];
    return { member, ...(sha256 !== undefined && { sha256 }), ...(small && { small }) };
  }

  #digest(small: Uint8Array | undefined): string | undefined {
    return small === undefined ? (this.#sha256 ?? this.#hash?.digest("hex")) : hash("sha256", small);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
