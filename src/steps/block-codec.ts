import { constants, inflateRaw, zstdDecompress } from "node:zlib";
import type { ArchiveFormat } from "../model/manifest.ts";
import { gzipHeaderBytes, gzipTailBytes } from "./compress-blocks.ts";
import { isOneZstdFrame } from "./zstd-frames.ts";

/** How the blocks of a blocked format are read, each on its own. */
export interface BlockCodec {
  /** Bytes before the first block and behind the last. */
  readonly headerBytes: number;
  readonly tailBytes: number;
  /** Given exactly the bytes of a block in the file: what it holds; undefined when it isn't a whole block of that many bytes. */
  restore(block: Uint8Array, plainBytes: number): Promise<Uint8Array | undefined>;
}

/** The codec of a format that is made of blocks; undefined for the others. */
export function codecOf(format: ArchiveFormat): BlockCodec | undefined {
  switch (format) {
    case "tar.gz":
      return { headerBytes: gzipHeaderBytes, tailBytes: gzipTailBytes, restore: inflateBlock };
    case "tar.zst":
      return { headerBytes: 0, tailBytes: 0, restore: decompressFrame };
    case "tar":
    case "zip":
      return undefined;
  }
}

async function inflateBlock(block: Uint8Array, plainBytes: number): Promise<Uint8Array | undefined> {
  const options = {
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: plainBytes + 64,
    maxOutputLength: plainBytes + 1,
    info: true,
  };
  return new Promise((resolve) => {
    inflateRaw(block, options, (error, result) => {
      const inflated = error === null ? inflatedOf(result) : undefined;
      const whole = inflated?.data.length === plainBytes && inflated.consumed === block.length;
      resolve(whole ? inflated.data : undefined);
    });
  });
}

/** The declared type of the callback leaves out what `info` changes in it. */
function inflatedOf(result: unknown): { data: Uint8Array; consumed: number } {
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
  return { data: buffer, consumed: engine.bytesWritten };
}

/** The decompressor overlooks what follows a frame, so that its end is looked for before. */
async function decompressFrame(block: Uint8Array, plainBytes: number): Promise<Uint8Array | undefined> {
  if (!isOneZstdFrame(block)) return undefined;
  const options = { chunkSize: plainBytes + 64, maxOutputLength: plainBytes + 1 };
  return new Promise((resolve) => {
    zstdDecompress(block, options, (error, data) => {
      resolve(error === null && data.length === plainBytes ? data : undefined);
    });
  });
}
