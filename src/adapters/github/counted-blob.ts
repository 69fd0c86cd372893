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

function counting(reader: ReadableStreamDefaultReader<Uint8Array>, events: BodyEvents): ReadableStream<Uint8Array> {
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
        events.sent();
        return;
      }
      controller.enqueue(value);
      events.moved(value.length);
    },
    cancel: async (reason) => reader.cancel(reason),
  };
  // Nothing is read ahead: what counts as moved was asked for.
  return new ReadableStream(source, { highWaterMark: 0 });
}
