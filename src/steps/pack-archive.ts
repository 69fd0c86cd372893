import { createHash } from "node:crypto";
import { addAbortSignal, type Readable } from "node:stream";
import type { Artifact, BlockIndex } from "../model/artifact.ts";
import type { LfsPointer } from "../model/details.ts";
import type { TreeCounts } from "../model/entry.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { Scratch } from "../ports/workspace.ts";
import { type ArchiveContainer, createContainer } from "./archive-container.ts";
import { blocksOf } from "./blocks-of.ts";
import { archiveBlockBytes } from "./compress-blocks.ts";
import { EntrySurvey } from "./entry-of-member.ts";
import { fileListLevel, FileListWriter } from "./file-list.ts";
import { OutputFile } from "./output-file.ts";
import { MemberReader } from "./read-entries.ts";
import { TarReader } from "./tar-reader.ts";

/** A finished file of the set that packing made. Compressed ones have the level they were made with, and their blocks. */
export interface PackedArtifact {
  readonly artifact: Artifact;
  readonly role: "archive" | "file-list";
  /** Archives only. */
  readonly format?: ArchiveFormat;
  readonly level?: number;
  readonly blocks?: BlockIndex;
}

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
  readonly tar: Readable;
  /** Folder that all of the tar is in: empty, or with a trailing slash. */
  readonly prefix: string;
  /** What the files are called, without endings. */
  readonly name: string;
  readonly formats: readonly ArchiveFormat[];
  /** 0 to 9, for those formats that compress. */
  readonly level: number;
  readonly scratch: Scratch;
  /** Told of each Git LFS pointer when it goes by; what it throws ends the packing. */
  readonly onPointer?: (pointer: LfsPointer) => void;
  readonly io: PackIo;
}

/**
 * Makes the archives and the file list of a tar in one pass, with the digests of all of them and of each entry, and
 * yields each file when it is whole and on disk. Memory doesn't grow with the tar. Whatever happens, the tar and every
 * file are closed at the end; half-made files stay in scratch.
 */
export async function* packArchive(options: PackOptions): AsyncGenerator<PackedArtifact, PackSummary, undefined> {
  const { tar, scratch, name, io } = options;
  const opened: { abandon(): Promise<void> }[] = [];
  const keep = <T extends { abandon(): Promise<void> }>(file: T): T => (opened.push(file), file);
  try {
    io.signal.throwIfAborted();
    addAbortSignal(io.signal, tar);
    const containers: ArchiveContainer[] = [];
    for (const format of options.formats)
      containers.push(keep(await createContainer(containerOptions(format, options))));
    const listName = `${name}.files.jsonl.gz`;
    const listFile = keep(await OutputFile.create(scratch.file(listName)));
    const list = new FileListWriter(listFile);
    const pass = await passOver(options, containers, list);
    for (const container of containers) yield { role: "archive", ...(await container.finish(pass.tar)) };
    const { bytes, sha256, blocks, lines } = await list.finish();
    await listFile.finish();
    const artifact = { name: listName, bytes, sha256, body: { file: listFile.path } };
    yield { artifact, role: "file-list", level: fileListLevel, blocks };
    return { ...pass, fileList: lines };
  } catch (error) {
    // The stream tells of an abort in its own words; the reason is what the caller gave.
    io.signal.throwIfAborted();
    throw error;
  } finally {
    tar.destroy();
    await Promise.all(opened.map(async (file) => file.abandon()));
  }
}

function containerOptions(format: ArchiveFormat, { name, scratch, level }: PackOptions) {
  const fileName = `${name}.${format}`;
  return { format, name: fileName, path: scratch.file(fileName), level };
}

async function passOver(
  { tar, prefix, onPointer, io }: PackOptions,
  containers: readonly ArchiveContainer[],
  list: FileListWriter,
): Promise<Omit<PackSummary, "fileList">> {
  const sha256 = createHash("sha256");
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: true });
  const survey = new EntrySurvey(prefix, onPointer);
  for await (const block of blocksOf(tar, archiveBlockBytes)) {
    io.signal.throwIfAborted();
    // First to the threads that compress it; what this one does with the block is done meanwhile.
    const taken = Promise.all(containers.map(async (container) => container.add(block)));
    taken.catch(() => undefined);
    sha256.update(block);
    for (const read of members.push(block)) {
      const entry = survey.add(read);
      if (entry !== undefined) list.add(entry);
    }
    await list.ready();
    await taken;
    io.progress(block.length);
  }
  reader.end();
  const digest = { bytes: reader.position, sha256: sha256.digest("hex") };
  return { tar: digest, counts: survey.counts(), lfs: survey.lfs };
}
