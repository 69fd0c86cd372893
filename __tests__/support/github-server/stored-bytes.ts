import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** What was uploaded, hashed: small ones in memory, others in a file. */
export interface StoredBytes {
  readonly size: number;
  /** Lowercase hex. */
  readonly sha256: string;
  readonly memory: Buffer | undefined;
  readonly file: string | undefined;
}

export interface Receiving {
  /** A folder for what doesn't fit into memory. */
  readonly folder: string;
  /** Larger ones go into a file. */
  readonly memoryLimit: number;
  /** Of larger ones only the hash is kept. */
  readonly keepLimit: number;
  /** Bytes a second at most; undefined: as fast as they come. */
  readonly rate: number | undefined;
  /** Sees the bytes so far; what it throws ends the receiving. */
  onBytes?(soFar: number): void | Promise<void>;
}

/** Takes a body of a size that was said before; the file of one that breaks off is removed. */
export async function receive(body: AsyncIterable<Buffer>, size: number, how: Receiving): Promise<StoredBytes> {
  const file = size > how.memoryLimit && size <= how.keepLimit ? join(how.folder, randomUUID()) : undefined;
  await using disk = file === undefined ? undefined : await open(file, "wx");
  const chunks: Buffer[] = [];
  const hash = createHash("sha256");
  const started = performance.now();
  let soFar = 0;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      if (disk !== undefined) await disk.writeFile(chunk);
      else if (size <= how.memoryLimit) chunks.push(chunk);
      soFar += chunk.length;
      await how.onBytes?.(soFar);
      if (how.rate !== undefined) await keepTo(how.rate, soFar, started);
    }
  } catch (error) {
    if (file !== undefined) await rm(file, { force: true });
    throw error;
  }
  const memory = size <= how.memoryLimit ? Buffer.concat(chunks) : undefined;
  return { size: soFar, sha256: hash.digest("hex"), memory, file };
}

/** Waits so long that no more bytes than that have passed in a second. */
export async function keepTo(rate: number, bytes: number, started: number): Promise<void> {
  const ahead = (bytes / rate) * 1000 - (performance.now() - started);
  if (ahead > 5) await sleep(ahead);
}

/** Bytes that a test has made up. */
export function inMemory(bytes: Buffer): StoredBytes {
  return {
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    memory: bytes,
    file: undefined,
  };
}

/** Whether there is more of it than its hash. */
export function hasContent({ memory, file }: StoredBytes): boolean {
  return memory !== undefined || file !== undefined;
}

/** From the first byte to before the end. */
export function read(stored: StoredBytes, from: number, end: number): Readable {
  if (stored.file !== undefined && end > from) return createReadStream(stored.file, { start: from, end: end - 1 });
  return Readable.from(pieces((stored.memory ?? Buffer.alloc(0)).subarray(from, end)), { objectMode: false });
}

const pieceBytes = 65_536;

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export async function forget(stored: StoredBytes | undefined): Promise<void> {
  if (stored?.file !== undefined) await rm(stored.file, { force: true });
}
