import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { BlockIndex } from "../model/artifact.ts";
import type { Entry } from "../model/entry.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { ByteRange } from "../ports/store.ts";
import type { ArchiveFinding } from "./compare-entries.ts";

/** An archive as its manifest describes it, and how to read it. */
export interface CheckOptions {
  readonly format: ArchiveFormat;
  /** Where its blocks start; blocked formats only. */
  readonly blocks?: BlockIndex;
  /** Size and digest of the archive itself. */
  readonly artifact: Digest;
  /** Size and digest of the uncompressed tar. */
  readonly tar: Digest;
  readonly prefix: string;
  open(range?: ByteRange): Promise<Readable>;
  /** What the file list has, in its order. */
  readonly entries: AsyncIterable<Entry>;
  /** `progress` is given the bytes of the archive since the last call. */
  readonly io: { readonly signal: AbortSignal; progress(bytes: number): void };
}

/** Counts and digests an archive's bytes as they pass. */
export class ArchiveTap {
  bytes = 0;
  readonly #hash = createHash("sha256");
  readonly #io: CheckOptions["io"];

  constructor(io: CheckOptions["io"]) {
    this.#io = io;
  }

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      this.#io.signal.throwIfAborted();
      this.bytes += chunk.length;
      this.#hash.update(chunk);
      this.#io.progress(chunk.length);
      yield chunk;
    }
  }

  /** To be asked behind the last byte: what is wrong with the archive's size, and with its digest. */
  findings(artifact: Digest): { readonly size: readonly ArchiveFinding[]; readonly digest: readonly ArchiveFinding[] } {
    const sha256 = this.#hash.digest("hex");
    const problem = this.bytes < artifact.bytes ? "truncated" : "extra";
    const detail = `the archive has ${this.bytes} bytes, not ${artifact.bytes}`;
    const changed = `the archive has the digest ${sha256}, not ${artifact.sha256}`;
    return {
      size: this.bytes === artifact.bytes ? [] : [{ problem, detail }],
      digest: sha256 === artifact.sha256 ? [] : [{ problem: "changed", detail: changed }],
    };
  }
}
