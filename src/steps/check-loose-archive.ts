import { createHash } from "node:crypto";
import { addAbortSignal } from "node:stream";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import { FileTally } from "./file-tally.ts";
import { MemberReader } from "./read-entries.ts";
import { readLooseZip } from "./read-loose-zip.ts";
import { type SniffedArchive, sniffArchive } from "./sniff-archive.ts";
import { TarReader } from "./tar-reader.ts";
import type { RangedFile } from "./zip-directory.ts";

/** What an archive tells of itself when nothing lies beside it. */
export interface LooseArchive {
  readonly format: ArchiveFormat;
  /** Size and digest of the file. */
  readonly artifact: Digest;
  /** Size and digest of the uncompressed tar; a zip has none. */
  readonly tar?: Digest;
  /** Bytes of the tar, or of all that a zip's entries hold. */
  readonly unpackedBytes: number;
  /** Members, folders counted. */
  readonly entries: number;
  /** The commit that git wrote into the archive. */
  readonly commit?: string;
}

export interface LooseOptions extends RangedFile {
  /** `progress` is given the bytes of the file since the last call. */
  readonly io: { readonly signal: AbortSignal; progress(bytes: number): void };
}

/**
 * Reads a tar, tar.gz, tar.zst or zip, whoever made it, to its end. Rejects with `integrity` when it isn't a whole one or has
 * what can't be read, such as encrypted entries, and with `not-found` when it doesn't even start as one.
 */
export async function checkLooseArchive(options: LooseOptions): Promise<LooseArchive> {
  const { io } = options;
  io.signal.throwIfAborted();
  const source = addAbortSignal(io.signal, await options.open());
  try {
    const tally = new FileTally(io);
    const opened = await sniffArchive(tally.through(source));
    const found = opened.format === "zip" ? await readLooseZip(opened.content, options) : await readTar(opened);
    return { format: opened.format, artifact: tally.digest(), ...found };
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  } finally {
    source.destroy();
  }
}

async function readTar({ content }: SniffedArchive): Promise<Omit<LooseArchive, "format" | "artifact">> {
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: false });
  const sha256 = createHash("sha256");
  let entries = 0;
  for await (const chunk of content) {
    sha256.update(chunk);
    for (const _ of members.push(chunk)) entries += 1;
  }
  reader.end();
  const commit = members.comments.find((comment) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(comment));
  const digest = { bytes: reader.position, sha256: sha256.digest("hex") };
  return { tar: digest, unpackedBytes: digest.bytes, entries, ...(commit !== undefined && { commit }) };
}
