import { createZstdDecompress } from "node:zlib";
import { ColdstoreError } from "../model/errors.ts";
import { ByteReader } from "./byte-reader.ts";
import { runZlib } from "./run-zlib.ts";
import { afterMagic } from "./zstd-frames.ts";

const outputBytes = 256 * 1024;

/**
 * What a zstd file (of one frame or many) holds, every checksum in it checked. Rejects with `integrity` when it is damaged, cut
 * off, or followed by anything else; an error of the source comes out as it is.
 */
export async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(source);
  // Node's decompressor ends with the first frame and says nothing of what follows, so each frame has one of its own.
  do {
    const stream = createZstdDecompress({ chunkSize: outputBytes });
    yield* runZlib(frameOf(reader), { stream, of: "the zstd data" });
  } while (!(await reader.isAtEnd()));
}

/** The bytes of the next frame; of a skippable one those of an empty frame, since it holds nothing. */
async function* frameOf(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  const magic = await reader.take(4);
  const start = magic.length < 4 ? undefined : afterMagic(magic.readUInt32LE());
  if (start === undefined) throw malformed(reader, "no frame starts there");
  const holds = magic[0] === 0x28;
  yield holds ? magic : emptyFrame;
  for (let step: ReturnType<typeof start.next> = start; step !== "end";) {
    if (step === "malformed") throw malformed(reader, "a frame is malformed there");
    let small = Buffer.alloc(0);
    const wanted = reader.position + step.bytes;
    for await (const part of reader.stream(step.bytes)) {
      if (step.bytes <= 16) small = Buffer.concat([small, part]);
      if (holds) yield part;
    }
    if (reader.position < wanted) throw malformed(reader, "it ends there, inside a frame");
    step = step.next(small);
  }
}

/** A frame of no content, without a checksum: single segment, size 0, one empty last block. */
const emptyFrame: Readonly<Uint8Array> = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0);

function malformed({ position }: ByteReader, what: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `the zstd data is damaged at byte ${position}: ${what}. Use another copy of it.`,
  );
}
