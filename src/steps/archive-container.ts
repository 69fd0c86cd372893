import type { Artifact, BlockIndex } from "../model/artifact.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import { archiveBlockBytes, BlockCompressor } from "./compress-blocks.ts";
import { OutputFile } from "./output-file.ts";

/** A finished archive file, as its container made it. */
export interface MadeArchive {
  readonly artifact: Artifact;
  readonly format: ArchiveFormat;
  /** Compressed formats only. */
  readonly level?: number;
  readonly blocks?: BlockIndex;
}

/** Makes an archive of one format out of a tar's blocks, which come once and in order. */
export interface ArchiveContainer {
  /** Takes the next block (1 MiB, the last may be shorter), which must not change after. Resolves when there is room for another. */
  add(block: Uint8Array): Promise<void>;
  /** Resolves to the finished archive, safe on disk. `tar` is the digest of all that was added. */
  finish(tar: Digest): Promise<MadeArchive>;
  /** Closes what is open, after a failure or an abort; never rejects. */
  abandon(): Promise<void>;
}

export interface ContainerOptions {
  readonly format: ArchiveFormat;
  /** File name of the archive. */
  readonly name: string;
  /** Path of the file to make. */
  readonly path: string;
  readonly level: number;
}

/** Opens the file of an archive. Rejects with `store` when it can't be made. */
export async function createContainer(options: ContainerOptions): Promise<ArchiveContainer> {
  const file = await OutputFile.create(options.path);
  switch (options.format) {
    case "tar":
      return plainTar(file, options);
    case "tar.gz":
      return blockedGzip(file, options);
  }
}

function plainTar(file: OutputFile, { format, name }: ContainerOptions): ArchiveContainer {
  return {
    add: async (block) => file.write(block),
    async finish(tar) {
      await file.finish();
      return { artifact: { name, ...tar, body: { file: file.path } }, format };
    },
    abandon: async () => file.abandon(),
  };
}

function blockedGzip(file: OutputFile, { format, name, level }: ContainerOptions): ArchiveContainer {
  const compressor = new BlockCompressor(file, { level, blockBytes: archiveBlockBytes });
  return {
    add: async (block) => compressor.add(block),
    async finish() {
      const { bytes, sha256, blocks } = await compressor.finish();
      await file.finish();
      return { artifact: { name, bytes, sha256, body: { file: file.path } }, format, level, blocks };
    },
    abandon: async () => file.abandon(),
  };
}
