import type { UnderlyingSource } from "node:stream/web";

/** What to say while a body is sent. */
export interface BodyEvents {
  moved(bytes: number): void;
  sent(): void;
}

/**
 * The blob, telling as its bytes are taken. It has a size, so that it goes out with a Content-Length, and it can be read any
 * number of times; nothing of it is kept.
 */
export function countedBlob(blob: Blob, events: BodyEvents): Blob {
  // undici takes for a Blob what is tagged so and has a stream (isBlobLike in lib/core/util.js).
  const counted = {
    [Symbol.toStringTag]: "Blob",
    size: blob.size,
    type: blob.type,
    stream: () => counting(blob.stream().getReader(), events),
  };
  return counted as unknown as Blob;
}

// A blob in memory comes in one piece, however large: its bytes would seem to stand still while they're sent.
const mostAtOnce = 256 * 1024;

function counting(reader: ReadableStreamDefaultReader<Uint8Array>, events: BodyEvents): ReadableStream<Uint8Array> {
  let left: Uint8Array = new Uint8Array();
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      if (left.length === 0) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return events.sent();
        }
        left = value;
      }
      const piece = left.subarray(0, mostAtOnce);
      left = left.subarray(piece.length);
      controller.enqueue(piece);
      events.moved(piece.length);
    },
    cancel: async (reason) => reader.cancel(reason),
  };
  // Nothing is read ahead: what counts as moved was asked for.
  return new ReadableStream(source, { highWaterMark: 0 });
}
