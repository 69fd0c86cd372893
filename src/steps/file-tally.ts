import { createHash } from "node:crypto";
import type { Digest } from "../model/manifest.ts";

/** Counts and digests a file's bytes as they pass; stops them when the signal aborts. */
export class FileTally {
  readonly #io: { readonly signal: AbortSignal; progress(bytes: number): void };
  readonly #sha256 = createHash("sha256");
  #bytes = 0;

  constructor(io: { readonly signal: AbortSignal; progress(bytes: number): void }) {
    this.#io = io;
  }

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      this.#io.signal.throwIfAborted();
      this.#sha256.update(chunk);
      this.#bytes += chunk.length;
      this.#io.progress(chunk.length);
      yield chunk;
    }
  }

  /** Of all that passed; to be asked once. */
  digest(): Digest {
    return { bytes: this.#bytes, sha256: this.#sha256.digest("hex") };
  }
}
