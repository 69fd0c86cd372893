import { once } from "node:events";
import type { Writable } from "node:stream";

/**
 * Writes all pieces, no faster than they are read, and ends the stream. Never rejects: a reader that closes early has
 * its own way to say why.
 */
export async function writeAll(
  stream: Writable,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const closed = once(stream, "close").catch(() => {});
  for await (const piece of pieces) {
    if (stream.destroyed) return;
    if (!stream.write(piece)) await Promise.race([once(stream, "drain").catch(() => {}), closed]);
  }
  stream.end();
}
