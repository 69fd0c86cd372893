import type { Readable } from "node:stream";
import { addAbortSignal } from "node:stream";
import type { LfsPointer } from "../model/details.ts";
import type { Entry, TreeCounts } from "../model/entry.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import { blocksOf } from "./blocks-of.ts";
import { archiveBlockBytes, deflateBlock, gzipHeaderBytes, gzipTailBytes } from "./compress-blocks.ts";
import { EntrySurvey } from "./entry-of-member.ts";
import type { PackIo } from "./pack-archive.ts";
import { MemberReader } from "./read-entries.ts";
import { TarReader } from "./tar-reader.ts";

/** What an archive would be. */
export interface Measured {
  readonly tarBytes: number;
  readonly counts: TreeCounts;
  readonly lfs: readonly LfsPointer[];
  /** Size of each format's archive; exact when every block was compressed, else estimated from samples. */
  readonly sizes: readonly { readonly format: ArchiveFormat; readonly bytes: number; readonly exact: boolean }[];
}

export interface MeasureOptions {
  readonly tar: Readable;
  readonly prefix: string;
  readonly formats: readonly ArchiveFormat[];
  readonly level: number;
  /** `samples` compresses the first 256 KiB of every fourth block: a tenth of the work, within about 2 % on large trees. */
  readonly compress: "all" | "samples";
  /** Called for each entry as it goes by; it has no digest. */
  readonly entry?: (entry: Entry) => void;
  readonly io: PackIo;
}

const sampleBytes = 256 * 1024;
const sampleEvery = 4;
const blocksInFlight = 16;

/** Goes through a tar as packArchive does, counts what the archives would be, and writes nothing. */
export async function measureArchive(options: MeasureOptions): Promise<Measured> {
  const { tar, io } = options;
  try {
    io.signal.throwIfAborted();
    addAbortSignal(io.signal, tar);
    return await passOver(options);
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  } finally {
    tar.destroy();
  }
}

async function passOver({ tar, prefix, formats, level, compress, entry, io }: MeasureOptions): Promise<Measured> {
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: false });
  const survey = new EntrySurvey(prefix);
  const size = new SizeEstimate(level, compress);
  for await (const block of blocksOf(tar, archiveBlockBytes)) {
    io.signal.throwIfAborted();
    const taken = formats.includes("tar.gz") ? size.add(block) : undefined;
    taken?.catch(() => undefined);
    for (const read of members.push(block)) {
      const found = survey.add(read);
      if (found !== undefined) entry?.(found);
    }
    await taken;
    io.progress(block.length);
  }
  reader.end();
  const tarBytes = reader.position;
  const gzip = { format: "tar.gz" as const, bytes: await size.total(tarBytes), exact: compress === "all" };
  const sizes = formats.map((format) => (format === "tar" ? { format, bytes: tarBytes, exact: true } : gzip));
  return { tarBytes, counts: survey.counts(), lfs: survey.lfs, sizes };
}

/** Compressed size of all blocks, or of a part of them as a measure for all. */
class SizeEstimate {
  readonly #level: number;
  readonly #compress: "all" | "samples";
  readonly #pending: Promise<void>[] = [];
  #blocks = 0;
  #plainBytes = 0;
  #bytes = 0;

  constructor(level: number, compress: "all" | "samples") {
    this.#level = level;
    this.#compress = compress;
  }

  /** Resolves when there is room for another block. */
  async add(block: Uint8Array): Promise<void> {
    this.#blocks += 1;
    if (this.#compress === "samples" && (this.#blocks - 1) % sampleEvery !== 0) return;
    const counted = this.#count(this.#compress === "samples" ? block.subarray(0, sampleBytes) : block);
    counted.catch(() => undefined);
    this.#pending.push(counted);
    if (this.#pending.length >= blocksInFlight) await this.#pending.shift();
  }

  async total(tarBytes: number): Promise<number> {
    await Promise.all(this.#pending);
    const share = this.#plainBytes === 0 ? 1 : tarBytes / this.#plainBytes;
    return gzipHeaderBytes + Math.round(this.#bytes * share) + gzipTailBytes;
  }

  async #count(block: Uint8Array): Promise<void> {
    this.#plainBytes += block.length;
    this.#bytes += (await deflateBlock(block, { level: this.#level, blockBytes: archiveBlockBytes })).length;
  }
}
