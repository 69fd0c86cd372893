import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { WholeArchive } from "./archive-file.ts";
import { countdown } from "./block-pool.ts";
import { archiveBlockBytes, BlockCompressor } from "./compress-blocks.ts";
import { zstdBlockBytes, ZstdCompressor } from "./compress-zstd.ts";
import type { Output } from "./output-file.ts";
import { ZipContainer } from "./zip-container.ts";

/** Makes an archive of one format out of a tar's blocks, which come once and in order. */
export interface ArchiveContainer {
  /**
   * Takes the next block (`containerBlockBytes`, the last may be shorter), which must not change until `done` is called; some
   * never call it. Resolves when there is room for another.
   */
  add(block: Uint8Array, done: () => void): Promise<void>;
  /** To be called behind the last block: throws `source` when the format can't hold what the tar has. */
  check(): void;
  /** Resolves when all is written. `tar` is the digest of all that was added. The output stays open. */
  finish(tar: Digest): Promise<WholeArchive>;
  /** Ends what is under way, after a failure or an abort; never rejects. */
  abandon(): Promise<void>;
}

export interface ContainerOptions {
  readonly format: ArchiveFormat;
  /** For formats that compress. */
  readonly level: number | undefined;
  readonly output: Output;
}

/** Bytes of the blocks that containers of these formats take. */
export function containerBlockBytes(formats: readonly ArchiveFormat[]): number {
  return formats.includes("tar.zst") ? zstdBlockBytes : archiveBlockBytes;
}

export function createContainer({ format, level = 0, output }: ContainerOptions): ArchiveContainer {
  switch (format) {
    case "tar":
      return { ...idle, add: async (block) => output.write(block), finish: async (tar) => tar };
    case "tar.gz":
      return blockedGzip(output, level);
    case "tar.zst":
      return framedZstd(output, level);
    case "zip":
      return new ZipContainer(output, level);
  }
}

const idle = {
  check: (): void => undefined,
  abandon: async (): Promise<void> => undefined,
};

function blockedGzip(output: Output, level: number): ArchiveContainer {
  const compressor = new BlockCompressor(output, { level, blockBytes: archiveBlockBytes });
  return {
    ...idle,
    async add(block, done) {
      const partDone = countdown(Math.ceil(block.length / archiveBlockBytes), done);
      for (let at = 0; at < block.length; at += archiveBlockBytes)
        await compressor.add(block.subarray(at, at + archiveBlockBytes), partDone);
    },
    finish: async () => compressor.finish(),
  };
}

function framedZstd(output: Output, level: number): ArchiveContainer {
  const compressor = new ZstdCompressor(output, level);
  return { ...idle, add: async (block, done) => compressor.add(block, done), finish: async () => compressor.finish() };
}
