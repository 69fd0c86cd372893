import { createHash } from "node:crypto";
import { ColdstoreError } from "../model/errors.ts";
import type { NamedDigest } from "../model/manifest.ts";

/** A file that is compared with its size and digest while it is read. */
export class DigestedFile {
  readonly #file: NamedDigest;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  constructor(file: NamedDigest) {
    this.#file = file;
  }

  /** Passes on what comes; rejects with `integrity` before there is a byte too much. */
  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#file.bytes) throw this.#unlike(`it has more than its ${this.#file.bytes} bytes`);
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** To be called behind the last byte: throws `integrity` when it isn't that file. */
  end(): void {
    const { bytes, sha256 } = this.#file;
    if (this.#bytes < bytes) throw this.#unlike(`it has ${this.#bytes} bytes, not ${bytes}`);
    const found = this.#hash.digest("hex");
    if (found !== sha256) throw this.#unlike(`it has the digest ${found}, not ${sha256}`);
  }

  #unlike(what: string): ColdstoreError {
    return new ColdstoreError("integrity", `${this.#file.name} was changed: ${what}. Use another copy of the set.`);
  }
}
