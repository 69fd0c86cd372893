import { Readable } from "node:stream";
import type { ByteRange, Io, Store } from "../../ports/store.ts";
import { Tries, type RetryPolicy } from "./retry-policy.ts";

export interface Resumable {
  readonly inner: Store;
  readonly policy: RetryPolicy;
  readonly key: string;
  readonly range: ByteRange | undefined;
  readonly io: Io;
  /** The stream of the whole range, just opened. */
  readonly first: Readable;
}

/** The bytes of an object, read on from where a stream broke off for a transient reason: objects don't change. */
export function resumingStream(source: Resumable): Readable {
  const current = { stream: source.first };
  const stream = Readable.from(chunks(source, current), { objectMode: false, highWaterMark: 1 << 18 });
  // A generator that hasn't begun, or waits for bytes that don't come, closes nothing.
  stream.once("close", () => current.stream.destroy());
  return stream;
}

async function* chunks(source: Resumable, current: { stream: Readable }): AsyncGenerator<Uint8Array> {
  const { inner, policy, key, range, io } = source;
  const end = range?.end ?? Number.MAX_SAFE_INTEGER;
  const tries = new Tries(policy);
  let position = range?.start ?? 0;
  let reopen = false;
  for (;;) {
    try {
      if (reopen) current.stream = await inner.open(key, { start: position, end }, io);
      for await (const chunk of current.stream) {
        const bytes = chunk as Uint8Array;
        position += bytes.length;
        tries.restart();
        yield bytes;
      }
      return;
    } catch (error) {
      if (io.signal.aborted || !tries.allow(error)) throw error;
    }
    reopen = true;
    await tries.pause(io.signal);
  }
}
