import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ColdstoreError } from "../../model/errors.ts";
import type { DiskEntry } from "../../ports/folder.ts";
import { diskEntry, isUnchanged, millisecondsToSettle } from "./disk-entry.ts";
import { errnoOf, saysAbsent } from "./disk-error.ts";

/** A file that was looked at, and is to be read as it was then. */
export interface LookedAt {
  readonly native: string | Buffer;
  /** For a person to read. */
  readonly name: string;
  readonly looked: DiskEntry;
}

// A pipe that took the file's place must not make the open wait. Windows has neither flag: a link that took its place is
// followed there, and found out by the signature.
const flags = (): number => constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The whole content; undefined when it isn't that file any more, or changes. Throws what node:fs throws. */
export function readSteady({ native, looked }: Omit<LookedAt, "name">, room: Room): Buffer | undefined {
  const fd = opened(() => openSync(native, flags()));
  if (fd === undefined) return undefined;
  try {
    const before = settled(fd);
    if (diskEntry(before).signature !== looked.signature) return undefined;
    const content = readAll(fd, room.take(looked.bytes));
    return content !== undefined && isUnchanged(before, stat(fd)) ? content : undefined;
  } finally {
    closeSync(fd);
  }
}

function settled(fd: number): BigIntStats {
  const now = stat(fd);
  const wait = millisecondsToSettle(now);
  if (wait === 0) return now;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
  return stat(fd);
}

function stat(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}

function readAll(fd: number, content: Buffer): Buffer | undefined {
  for (let at = 0; at < content.length;) {
    const got = readSync(fd, content, at, content.length - at, null);
    if (got === 0) return undefined;
    at += got;
  }
  return content;
}

const roomBytes = 512 * 1024;

/** One buffer for all small files: one of its own for each costs the garbage collector more than the reading. */
export class Room {
  readonly #room = Buffer.allocUnsafeSlow(roomBytes);

  /** A buffer that is the caller's until the next call. */
  take(bytes: number): Buffer {
    return bytes > roomBytes ? Buffer.allocUnsafeSlow(bytes) : this.#room.subarray(0, bytes);
  }
}

function opened<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (isOther(error)) return undefined;
    throw error;
  }
}

/** Gone, a folder on its way gone, or a link, a socket or a device without a driver in its place. */
function isOther(error: unknown): boolean {
  return saysAbsent(error) || ["ELOOP", "EMLINK", "ENXIO", "EISDIR"].includes(errnoOf(error) ?? "");
}

const pieceBytes = 1 << 20;

/** The content from a byte on in pieces, each a buffer of its own. Rejects with a transient `source` when it isn't that file any more, or changes. */
export async function* streamSteady(file: LookedAt, signal: AbortSignal, from = 0): AsyncGenerator<Buffer> {
  const handle = await openOrReject(file);
  try {
    const before = await settledHandle(handle, signal);
    if (diskEntry(before).signature !== file.looked.signature) throw changed(file);
    yield* pieces(handle, { file, from }, signal);
    if (!isUnchanged(before, await handle.stat({ bigint: true }))) throw changed(file);
  } finally {
    await handle.close();
  }
}

async function openOrReject(file: LookedAt): Promise<FileHandle> {
  try {
    return await open(file.native, flags());
  } catch (error) {
    throw isOther(error) ? changed(file) : error;
  }
}

async function settledHandle(handle: FileHandle, signal: AbortSignal): Promise<BigIntStats> {
  const now = await handle.stat({ bigint: true });
  const wait = millisecondsToSettle(now);
  if (wait === 0) return now;
  await delay(wait, undefined, { signal });
  return handle.stat({ bigint: true });
}

async function* pieces(
  handle: FileHandle,
  { file, from }: { readonly file: LookedAt; readonly from: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { bytes } = file.looked;
  for (let at = from; at < bytes;) {
    signal.throwIfAborted();
    const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, bytes - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw changed(file);
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

function changed({ name }: LookedAt): ColdstoreError {
  return new ColdstoreError(
    "source",
    `${name} changes while it is being read; run again when nothing writes to it, or leave it out with exclude`,
    { transient: true },
  );
}
