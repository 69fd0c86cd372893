import { addAbortSignal, type Readable } from "node:stream";
import type { LfsPointer } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import { blocksOf } from "./blocks-of.ts";
import { archiveBlockBytes, BlockCompressor } from "./compress-blocks.ts";
import { EntrySurvey } from "./entry-of-member.ts";
import type { PackIo } from "./pack-archive.ts";
import { MemberReader } from "./read-entries.ts";
import { TarReader } from "./tar-reader.ts";

/** What an archive would be. */
export interface Measured {
  readonly tarBytes: number;
  readonly counts: TreeCounts;
  readonly lfs: readonly LfsPointer[];
  /** Size of each format's archive, to the byte. */
  readonly sizes: readonly { readonly format: ArchiveFormat; readonly bytes: number; readonly exact: true }[];
}

export interface MeasureOptions {
  readonly tar: Readable;
  /** Folder that all of the tar is in: empty, or with a trailing slash. */
  readonly prefix: string;
  readonly formats: readonly ArchiveFormat[];
  readonly level: number;
  readonly io: PackIo;
}

/** Goes through a tar as packArchive does, compresses it to know the size, and writes nothing. Closes the tar at the end. */
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

async function passOver({ tar, prefix, formats, level, io }: MeasureOptions): Promise<Measured> {
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: false });
  const survey = new EntrySurvey(prefix);
  const nowhere = { write: async (): Promise<void> => undefined };
  const gzip = formats.includes("tar.gz")
    ? new BlockCompressor(nowhere, { level, blockBytes: archiveBlockBytes })
    : undefined;
  for await (const block of blocksOf(tar, archiveBlockBytes)) {
    io.signal.throwIfAborted();
    const taken = gzip?.add(block);
    taken?.catch(() => undefined);
    for (const read of members.push(block)) survey.add(read);
    await taken;
    io.progress(block.length);
  }
  reader.end();
  const gzipBytes = (await gzip?.finish())?.bytes ?? 0;
  const sizes = formats.map((format) => ({
    format,
    bytes: format === "tar" ? reader.position : gzipBytes,
    exact: true as const,
  }));
  return { tarBytes: reader.position, counts: survey.counts(), lfs: survey.lfs, sizes };
}
