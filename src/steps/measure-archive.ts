import type { LfsPointer } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import { type ArchiveContainer, containerBlockBytes, createContainer } from "./archive-container.ts";
import { BlockPool } from "./block-pool.ts";
import { blocksOf } from "./blocks-of.ts";
import { levelOf } from "./choose-level.ts";
import { EntrySurvey } from "./entry-of-member.ts";
import type { PackOptions } from "./pack-archive.ts";
import { MemberReader } from "./read-entries.ts";
import { TarReader } from "./tar-reader.ts";
import { TarSource } from "./tar-source.ts";

/** What an archive would be. */
export interface Measured {
  readonly tarBytes: number;
  readonly counts: TreeCounts;
  readonly lfs: readonly LfsPointer[];
  /** Size of each format's archive, to the byte. */
  readonly sizes: readonly { readonly format: ArchiveFormat; readonly bytes: number; readonly exact: true }[];
}

export type MeasureOptions = Pick<PackOptions, "tar" | "prefix" | "formats" | "level" | "io">;

/**
 * Goes through a tar as packArchive does, compresses it to know the sizes, and writes nothing. Closes the tar at the end.
 * Throws `source` for what a format asked for can't hold.
 */
export async function measureArchive(options: MeasureOptions): Promise<Measured> {
  const { formats, io } = options;
  const tar = new TarSource(options.tar, io.signal);
  const output = { write: async (): Promise<void> => undefined };
  const candidates = formats.map((format) => {
    const level = levelOf(format, options.level);
    return { format, container: createContainer({ format, level, output }) };
  });
  try {
    return await passOver({ ...options, tar: tar.chunks() }, candidates);
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  } finally {
    await tar.close();
    await Promise.all(candidates.map(async ({ container }) => container.abandon()));
  }
}

interface Candidate {
  readonly format: ArchiveFormat;
  readonly container: ArchiveContainer;
}

async function passOver(options: MeasureOptions, candidates: readonly Candidate[]): Promise<Measured> {
  const { tar, prefix, formats, io } = options;
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: false });
  const survey = new EntrySurvey(prefix);
  const pool = new BlockPool(containerBlockBytes(formats));
  for await (const block of blocksOf(tar, pool)) {
    io.signal.throwIfAborted();
    const done = pool.whenDone(block, candidates.length + 1);
    const taken = Promise.all(candidates.map(async ({ container }) => container.add(block, done)));
    taken.catch(() => undefined);
    for (const read of members.push(block)) survey.add(read);
    done();
    await taken;
    io.progress(block.length);
  }
  reader.end();
  const sizes: { format: ArchiveFormat; bytes: number; exact: true }[] = [];
  for (const { container } of candidates) container.check();
  for (const { format, container } of candidates) {
    // Only the sizes are wanted: a tar's own digest is what nobody looks at.
    const { bytes } = await container.finish({ bytes: reader.position, sha256: "" });
    sizes.push({ format, bytes, exact: true });
  }
  return { tarBytes: reader.position, counts: survey.counts(), lfs: survey.lfs, sizes };
}
