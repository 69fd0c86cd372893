import { createHash, type Hash } from "node:crypto";
import { mostParts, partName } from "../model/archive-format.ts";
import type { BlockIndex } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { formatBytes } from "../model/units.ts";
import type { Scratch } from "../ports/workspace.ts";
import { type Output, OutputFile } from "./output-file.ts";

/** What there is to say of an archive once all of it is written. */
export type WholeArchive = Digest & { readonly blocks?: BlockIndex };

export interface ArchiveFileOptions {
  readonly name: string;
  readonly format: ArchiveFormat;
  readonly level?: number;
  readonly scratch: Scratch;
  /** Bytes of a part; absent: never split. */
  readonly splitSize?: number;
  /** Given each part but the last as soon as it's safe on disk; the next is begun when it resolves. Absent: `takeParts` gives them. */
  readonly handOver?: ((part: SetFile) => Promise<void>) | undefined;
}

/** An archive that is being written: one file, or parts of exactly `splitSize` (the last may be shorter) once it outgrows that. */
export class ArchiveFile implements Output {
  readonly #options: ArchiveFileOptions;
  readonly #limit: number;
  readonly #full: SetFile[] = [];
  #file: OutputFile;
  #number = 1;
  #bytes = 0;
  #sha256: Hash = createHash("sha256");
  #switching: Promise<void> | undefined;

  private constructor(options: ArchiveFileOptions, file: OutputFile) {
    this.#options = options;
    this.#limit = options.splitSize ?? Infinity;
    this.#file = file;
  }

  /** Rejects with `store` when the file can't be made. */
  static async create(options: ArchiveFileOptions): Promise<ArchiveFile> {
    return new ArchiveFile(options, await OutputFile.create(options.scratch.file(options.name)));
  }

  /** Not to be called again before it resolved. Rejects with `settings` when there would be too many parts. */
  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length;) {
      // A part is over only when something is left for another: an archive of just this size is whole.
      if (this.#bytes === this.#limit) await (this.#switching = this.#nextPart());
      const piece = data.subarray(at, at + Math.min(data.length, this.#limit - this.#bytes));
      if (this.#limit < Infinity) this.#sha256.update(piece);
      this.#bytes += piece.length;
      at += piece.length;
      await this.#file.write(piece);
    }
  }

  /** The parts that have become full since the last call, each safe on disk. */
  takeParts(): readonly SetFile[] {
    return this.#full.splice(0);
  }

  /** Resolves to what `takeParts` hasn't given yet: the one file, or the last parts; all safe on disk. */
  async finish(whole: WholeArchive): Promise<readonly SetFile[]> {
    if (this.#number > 1) {
      const last = await this.#endPart(whole);
      return this.#options.handOver === undefined ? this.takeParts() : [last];
    }
    await this.#file.finish();
    const { bytes, sha256, blocks } = whole;
    const artifact = { name: this.#options.name, bytes, sha256, body: { file: this.#file.path } };
    return [{ artifact, ...this.#common(), ...(blocks && { blocks }) }];
  }

  /** Closes what is open, after a failure or an abort; never rejects, may be called after `finish`. */
  async abandon(): Promise<void> {
    await this.#switching?.catch(() => undefined);
    await this.#file.abandon();
  }

  async #nextPart(): Promise<void> {
    const { name, scratch } = this.#options;
    if (this.#number === mostParts) throw tooManyParts(name, this.#limit);
    const part = await this.#endPart();
    await this.#options.handOver?.(part);
    this.#number += 1;
    this.#file = await OutputFile.create(scratch.file(partName(name, this.#number)));
    this.#bytes = 0;
    this.#sha256 = createHash("sha256");
  }

  async #endPart(whole?: WholeArchive): Promise<SetFile> {
    await this.#file.finish();
    const { name: of } = this.#options;
    const artifact = {
      name: partName(of, this.#number),
      bytes: this.#bytes,
      sha256: this.#sha256.digest("hex"),
      body: { file: this.#file.path },
    };
    const part = { artifact, ...this.#common(), part: { of, ...(whole && { whole }) } };
    if (this.#options.handOver === undefined) this.#full.push(part);
    return part;
  }

  #common(): Pick<SetFile, "role" | "format" | "level"> {
    const { format, level } = this.#options;
    return { role: "archive", format, ...(level !== undefined && { level }) };
  }
}

function tooManyParts(name: string, limit: number): ColdstoreError {
  return new ColdstoreError(
    "settings",
    `${name} would need more than ${mostParts} parts of ${formatBytes(limit)}; use a larger split-size`,
  );
}
