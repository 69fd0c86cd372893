import { constants } from "node:fs";
import { lstat, open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ByteRange, Io } from "../../ports/store.ts";
import { diskError, errnoOf, saysAbsent } from "./disk-error.ts";

// Windows has neither; a FIFO without the second would block until someone writes to it.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const chunkBytes = 1 << 18;

/** Opens a store's file for reading; undefined when no plain file has that name. A link isn't followed. */
export async function openObject(path: string): Promise<FileHandle | undefined> {
  try {
    if (constants.O_NOFOLLOW === undefined && (await lstat(path)).isSymbolicLink()) return undefined;
    const handle = await open(path, flags);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    return undefined;
  } catch (error) {
    // ELOOP: a link has the name; ENXIO: a socket.
    const code = errnoOf(error);
    if (saysAbsent(error) || code === "ELOOP" || code === "ENXIO") return undefined;
    throw error;
  }
}

export interface ObjectReading {
  readonly key: string;
  readonly path: string;
  readonly range: ByteRange | undefined;
  readonly io: Io;
}

/** The bytes of an open file as a stream that closes it at its end, and fails with the signal's reason on an abort. */
export function streamObject(handle: FileHandle, { key, path, range, io }: ObjectReading): Readable {
  const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY };
  let position = start;
  const next = async (): Promise<Uint8Array | null> => {
    const length = Math.min(chunkBytes, end - position);
    if (length <= 0) return null;
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    position += bytesRead;
    if (bytesRead > 0) io.progress({ key, bytes: bytesRead });
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  };
  const stream = new Readable({
    highWaterMark: chunkBytes,
    read: () => void pushNext(stream, next, path),
    destroy(error, done) {
      io.signal.removeEventListener("abort", stop);
      void closeThen(handle, (fault) => done(error ?? fault));
    },
  });
  const stop = (): void => void stream.destroy(asError(io.signal.reason));
  io.signal.addEventListener("abort", stop, { once: true });
  return stream;
}

async function pushNext(stream: Readable, next: () => Promise<Uint8Array | null>, path: string): Promise<void> {
  try {
    stream.push(await next());
  } catch (error) {
    stream.destroy(diskError(error, "read", path));
  }
}

async function closeThen(handle: FileHandle, done: (fault: Error | null) => void): Promise<void> {
  let fault: Error | null = null;
  try {
    await handle.close();
  } catch (error) {
    fault = asError(error);
  }
  done(fault);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
