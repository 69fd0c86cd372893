import { createHash } from "node:crypto";
import type { LfsPointer } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import type { Scratch } from "../ports/workspace.ts";
import { type ArchiveContainer, containerBlockBytes, createContainer } from "./archive-container.ts";
import { ArchiveFile } from "./archive-file.ts";
import { BlockPool } from "./block-pool.ts";
import { blocksOf } from "./blocks-of.ts";
import { type AskedLevel, levelOf } from "./choose-level.ts";
import { EntrySurvey } from "./entry-of-member.ts";
import { fileListLevel, FileListWriter } from "./file-list.ts";
import { OutputFile } from "./output-file.ts";
import { MemberReader } from "./read-entries.ts";
import { TarReader } from "./tar-reader.ts";
import { TarSource } from "./tar-source.ts";

/** What packing learnt of the tar while it went by. `fileList` is of the uncompressed lines. */
export interface PackSummary {
  readonly tar: Digest;
  readonly fileList: Digest;
  readonly counts: TreeCounts;
  readonly lfs: readonly LfsPointer[];
}

/** Aborts with the signal's reason. `progress` is given the bytes of the tar since the last call. */
export interface PackIo {
  readonly signal: AbortSignal;
  progress(tarBytes: number): void;
}

export interface PackOptions {
  /** Read once, and closed whatever happens. */
  readonly tar: AsyncIterable<Uint8Array>;
  /** Folder that all of the tar is in: empty, or with a trailing slash. */
  readonly prefix: string;
  /** What the files are called, without endings. */
  readonly name: string;
  readonly formats: readonly ArchiveFormat[];
  /** Absent: each format's usual one. */
  readonly level?: AskedLevel | undefined;
  /** Bytes of an archive's part; absent: archives aren't split. */
  readonly splitSize?: number | undefined;
  /** Formats that aren't made, but must be able to hold what the tar has. */
  readonly tried?: readonly ArchiveFormat[] | undefined;
  readonly scratch: Scratch;
  /**
   * Given each part but an archive's last as soon as it's whole, also where a format asked for may still turn out not to do; the
   * archive's next part is begun when it resolves. Absent: parts are yielded as everything else.
   */
  readonly handOver?: ((part: SetFile) => Promise<void>) | undefined;
  /** Told of each Git LFS pointer when it goes by; what it throws ends the packing. */
  readonly onPointer?: ((pointer: LfsPointer) => void) | undefined;
  readonly io: PackIo;
}

/**
 * Makes the archives and the file list of a tar in one pass, with the digests of all of them and of each entry, and
 * yields each file, or part of a split archive, when it is whole and on disk. Memory doesn't grow with the tar. Whatever
 * happens, the tar and every file are closed at the end; half-made files stay in scratch. Throws `source`, before it has
 * yielded anything, for what a format asked for can't hold.
 */
export async function* packArchive(options: PackOptions): AsyncGenerator<SetFile, PackSummary, undefined> {
  const { scratch, name, io } = options;
  const tar = new TarSource(options.tar, io.signal);
  const opened: { abandon(): Promise<void> }[] = [];
  const keep = <T extends { abandon(): Promise<void> }>(file: T): T => (opened.push(file), file);
  try {
    io.signal.throwIfAborted();
    const archives: Archive[] = [];
    for (const format of options.formats) archives.push(keep(await openArchive(format, options)));
    const tried = (options.tried ?? []).map((format) => keep(tryFormat(format)));
    const listName = `${name}.files.jsonl.gz`;
    const listFile = keep(await OutputFile.create(scratch.file(listName)));
    const list = new FileListWriter(listFile);
    const pass = yield* passOver({ ...options, tar: tar.chunks() }, { archives, tried, list });
    for (const container of [...archives.map((archive) => archive.container), ...tried]) container.check();
    for (const { container, file } of archives) yield* await file.finish(await container.finish(pass.tar));
    const { bytes, sha256, blocks, lines } = await list.finish();
    await listFile.finish();
    const artifact = { name: listName, bytes, sha256, body: { file: listFile.path } };
    yield { artifact, role: "file-list", level: fileListLevel, blocks };
    return { ...pass, fileList: lines };
  } catch (error) {
    // What a tar's maker says of an abort is in its own words; the reason is what the caller gave.
    io.signal.throwIfAborted();
    throw error;
  } finally {
    await tar.close();
    await Promise.all(opened.map(async (file) => file.abandon()));
  }
}

interface Archive {
  readonly container: ArchiveContainer;
  readonly file: ArchiveFile;
  abandon(): Promise<void>;
}

async function openArchive(format: ArchiveFormat, options: PackOptions): Promise<Archive> {
  const { name, scratch, splitSize, handOver } = options;
  const level = levelOf(format, options.level);
  const file = await ArchiveFile.create({
    name: `${name}.${format}`,
    format,
    scratch,
    ...(level !== undefined && { level }),
    ...(splitSize !== undefined && { splitSize }),
    handOver,
  });
  const container = createContainer({ format, level, output: file });
  const abandon = async () => {
    await Promise.all([container.abandon(), file.abandon()]);
  };
  return { container, file, abandon };
}

/** Compresses nothing, and writes nowhere. */
function tryFormat(format: ArchiveFormat): ArchiveContainer {
  return createContainer({ format, level: 0, output: { write: async () => undefined } });
}

interface Outputs {
  readonly archives: readonly Archive[];
  readonly tried: readonly ArchiveContainer[];
  readonly list: FileListWriter;
}

async function* passOver(
  { tar, prefix, formats, onPointer, io }: PackOptions,
  { archives, tried, list }: Outputs,
): AsyncGenerator<SetFile, Omit<PackSummary, "fileList">, undefined> {
  const sha256 = createHash("sha256");
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: true });
  const survey = new EntrySurvey(prefix, onPointer);
  // A zip may have to be refused for a name at the very end, and then nothing may have been stored.
  const early = formats.includes("zip") ? [] : archives;
  // Chunk by chunk as they come, not block by block: whoever makes the tar has little room for what isn't taken from it, and
  // would stand still for as long as a whole block is looked at.
  async function* lookedAt(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of tar) {
      io.signal.throwIfAborted();
      sha256.update(chunk);
      for (const read of members.push(chunk)) {
        const entry = survey.add(read);
        if (entry !== undefined) list.add(entry);
      }
      yield chunk;
    }
  }
  const pool = new BlockPool(containerBlockBytes(formats));
  for await (const block of blocksOf(lookedAt(), pool)) {
    const containers = [...archives.map(({ container }) => container), ...tried];
    const done = pool.whenDone(block, containers.length + 1);
    await Promise.all(containers.map(async (container) => container.add(block, done)));
    done();
    await list.ready();
    io.progress(block.length);
    for (const { file } of early) yield* file.takeParts();
  }
  reader.end();
  const digest = { bytes: reader.position, sha256: sha256.digest("hex") };
  return { tar: digest, counts: survey.counts(), lfs: survey.lfs };
}
