import { createHash } from "node:crypto";
import type { Digest } from "../model/manifest.ts";
import type { Output } from "./output-file.ts";

/** Writes blocks in order that become ready in any order, and keeps count of where each starts. */
export class BlockQueue {
  readonly #output: Output;
  readonly #inFlight: number;
  readonly #offsets: number[] = [];
  readonly #pending: Promise<void>[] = [];
  readonly #sha256 = createHash("sha256");
  #last: Promise<void> = Promise.resolve();
  #bytes = 0;

  /** At most so many blocks are waited for at a time. */
  constructor(output: Output, inFlight: number) {
    this.#output = output;
    this.#inFlight = inFlight;
  }

  /** Takes the next block. Resolves when there is room for another; rejects with what making or writing one failed of. */
  async add(block: Promise<Uint8Array>): Promise<void> {
    this.#append(block, this.#offsets);
    this.#pending.push(this.#last);
    if (this.#pending.length >= this.#inFlight) await this.#pending.shift();
  }

  /** Takes bytes between blocks that are part of none. */
  frame(data: Readonly<Uint8Array>): void {
    this.#append(Promise.resolve(data));
  }

  /** Resolves when all is written, to the digest of it, and where the blocks start. The output stays open. */
  async finish(): Promise<Digest & { readonly offsets: readonly number[] }> {
    await this.#last;
    return { bytes: this.#bytes, sha256: this.#sha256.digest("hex"), offsets: this.#offsets };
  }

  #append(data: Promise<Readonly<Uint8Array>>, offsets?: number[]): void {
    const written = this.#write(this.#last, data, offsets);
    // A failure is met by whoever waits for it in add or finish; until then it is not "unhandled".
    written.catch(() => undefined);
    this.#last = written;
  }

  async #write(previous: Promise<void>, made: Promise<Readonly<Uint8Array>>, offsets?: number[]): Promise<void> {
    const [data] = await Promise.all([made, previous]);
    offsets?.push(this.#bytes);
    this.#sha256.update(data);
    this.#bytes += data.length;
    await this.#output.write(data);
  }
}
