import { tarBlockBytes } from "./tar-header.ts";
import { type TarEvent, type TarMember, TarReader } from "./tar-reader.ts";

/** What becomes of a member that goes by; who asked is told of those that are to be extended or replaced. */
export type TarVerdict =
  | "keep"
  | "drop"
  /** Keep it, and tell: something comes right behind its header. */
  | "extend"
  /** Drop it, and tell: something comes in its place. */
  | "replace";

export interface TarEdit {
  choose(member: TarMember): TarVerdict;
  readonly globalHeader: "keep" | "drop";
  /** Seconds since 1970 for all members, what eleven octal digits hold; absent: their own. */
  readonly mtime?: number;
}

/** A part of the edited tar, or the place at which a member was extended or replaced. */
export type TarPiece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "member"; readonly member: TarMember };

/**
 * Edits a tar of git's while it goes by, in chunks of any size: what is kept stays as it is, byte for byte, but for its
 * time. The end marker is dropped. Keeps nothing of the tar but a header that isn't whole yet.
 */
export class TarEditor {
  readonly #reader = new TarReader();
  readonly #edit: TarEdit;
  /** Bytes that nothing is decided of yet. */
  #held: Uint8Array = new Uint8Array();
  #dropping = false;

  constructor(edit: TarEdit) {
    this.#edit = edit;
  }

  /** What comes of a chunk. It must be drained before the next push. */
  *push(chunk: Uint8Array): Generator<TarPiece, void, undefined> {
    const base = this.#reader.position - this.#held.length;
    // Times are written into a copy: the chunk is the caller's.
    const isPlain = this.#held.length === 0 && this.#edit.mtime === undefined;
    const work = isPlain ? chunk : Buffer.concat([this.#held, chunk]);
    let from = 0;
    let decided = 0;
    for (const event of this.#reader.push(chunk)) {
      const at = this.#reader.position - base;
      const verdict = this.#judge(event);
      if (event.kind === "member") this.#retime(work.subarray(decided, at));
      if (verdict === "keep") {
        decided = at;
        continue;
      }
      yield* bytesOf(work.subarray(from, verdict === "extend" ? at : decided));
      from = decided = at;
      if (event.kind === "member" && verdict !== "drop") yield event;
    }
    yield* bytesOf(work.subarray(from, decided));
    this.#held = Buffer.from(work.subarray(decided));
  }

  /** To be called behind the last chunk: the tar must have come to its end marker. */
  end(): void {
    this.#reader.end();
  }

  #judge(event: TarEvent): TarVerdict {
    switch (event.kind) {
      case "comment":
        return this.#edit.globalHeader;
      case "member": {
        const verdict = this.#edit.choose(event.member);
        this.#dropping = verdict === "drop" || verdict === "replace";
        return verdict;
      }
      case "data":
      case "end":
        return this.#dropping ? "drop" : "keep";
    }
  }

  /** Sets the time in a member's header, and in that of the pax header before it. */
  #retime(head: Uint8Array): void {
    const { mtime } = this.#edit;
    if (mtime === undefined) return;
    setTime(head.subarray(-tarBlockBytes), mtime);
    if (head.length > tarBlockBytes) setTime(head.subarray(0, tarBlockBytes), mtime);
  }
}

function* bytesOf(bytes: Uint8Array): Generator<TarPiece, void, undefined> {
  if (bytes.length > 0) yield { kind: "bytes", bytes };
}

function setTime(block: Uint8Array, mtime: number): void {
  block.set(octal(mtime, 11), 136);
  // The sum counts its own field as spaces.
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(octal(sum, 7), 148);
  block[155] = 0;
}

function octal(value: number, digits: number): Uint8Array {
  return Buffer.from(value.toString(8).padStart(digits, "0"), "latin1");
}
