import { ColdstoreError } from "../model/errors.ts";
import type { ExpectedEntries } from "./expected-entries.ts";
import type { Piece } from "./inflate-blocks.ts";
import { MemberReader, type ReadMember } from "./read-entries.ts";
import { looksLikeHeader, tarBlockBytes } from "./tar-header.ts";
import { TarReader } from "./tar-reader.ts";

/** What a tar that may be damaged gives: members that are whole, and the places at which something is wrong. */
export type Salvaged =
  | { readonly kind: "member"; readonly read: ReadMember }
  | { readonly kind: "damage"; readonly problem: "changed" | "truncated"; readonly detail: string };

/**
 * Reads a tar on past its damaged places. Behind one it goes on at the next header, and never takes content for a
 * header, since the file list tells where contents lie.
 */
export class TarSalvager {
  readonly #expected: ExpectedEntries;
  #members: MemberReader | undefined;
  #tar: TarReader;
  /** Where to look for the next header, while there is no reader. */
  #resumeAt = 0;

  constructor(expected: ExpectedEntries) {
    this.#expected = expected;
    this.#tar = new TarReader();
    this.#members = new MemberReader(this.#tar, { digests: true });
  }

  /** What the next piece holds; pieces follow each other without a gap and are multiples of 512 long, but for the last. */
  async *push(piece: Piece): AsyncGenerator<Salvaged, void, undefined> {
    if ("lost" in piece) {
      this.#giveUp(piece.end);
      yield { kind: "damage", problem: piece.lost, detail: piece.detail };
      return;
    }
    const end = piece.start + piece.data.length;
    for (let at = piece.start; at < end; at = this.#resumeAt) {
      if (this.#members === undefined) at = await this.#findHeader(piece);
      if (at >= end) return;
      const damage: Salvaged | undefined = yield* this.#read(piece.data.subarray(at - piece.start));
      if (damage === undefined) return;
      yield damage;
    }
  }

  /** What is wrong with the end, if anything; says nothing of an end that earlier damage leaves unknown. */
  end(): Salvaged | undefined {
    if (this.#members === undefined) return undefined;
    try {
      this.#tar.end();
      return undefined;
    } catch (error) {
      return damageOf(error);
    }
  }

  *#read(data: Uint8Array): Generator<Salvaged, Salvaged | undefined, undefined> {
    if (this.#members === undefined) return undefined;
    try {
      for (const read of this.#members.push(data)) yield { kind: "member", read };
      return undefined;
    } catch (error) {
      this.#giveUp(this.#tar.position);
      return damageOf(error);
    }
  }

  #giveUp(resumeAt: number): void {
    this.#members = undefined;
    this.#resumeAt = Math.ceil(resumeAt / tarBlockBytes) * tarBlockBytes;
  }

  /** Where the next header lies, with a reader ready for it; or where to go on looking, at or behind the piece's end. */
  async #findHeader({ start, data }: { start: number; data: Uint8Array }): Promise<number> {
    const end = start + data.length;
    let at = this.#resumeAt;
    while (at + tarBlockBytes <= end) {
      const content = await this.#expected.contentAt(at);
      if (content !== undefined && content.start <= at) {
        at = content.end;
      } else if (looksLikeHeader(data.subarray(at - start, at - start + tarBlockBytes))) {
        this.#tar = new TarReader(at);
        this.#members = new MemberReader(this.#tar, { digests: true });
        return at;
      } else {
        at += tarBlockBytes;
      }
    }
    this.#resumeAt = at;
    return Math.max(at, end);
  }
}

function damageOf(error: unknown): Salvaged {
  if (error instanceof ColdstoreError && error.failure === "integrity")
    return { kind: "damage", problem: "changed", detail: error.message };
  throw error;
}
