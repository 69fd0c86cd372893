import { crc32, createInflateRaw } from "node:zlib";
import { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";

/** An executable within a zip that is in memory whole. */
export interface ZippedProgram {
  readonly bytes: number;
  readonly crc: number;
  readonly deflated: boolean;
  readonly content: Buffer;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const mostBytes = 512 * 1024 * 1024;

/**
 * Finds the one file of this path in a zip (APPNOTE 4.3); whatever else is in there is never looked at, so its names can't do
 * harm. Throws `integrity` when it isn't there exactly once, isn't a plain file, or the zip is damaged.
 */
export function findInZip(zip: Buffer, path: string): ZippedProgram {
  const found = [...zipEntries(zip)].filter(({ name }) => name === path);
  const [entry] = found;
  if (entry === undefined || found.length > 1)
    throw damaged(`${path} is in it ${found.length === 0 ? "nowhere" : "several times"}`);
  const { flags, method, bytes, crc, mode } = entry;
  // What isn't made on Unix has no mode.
  if (![0, 0o100000].includes(mode & 0o170000)) throw damaged(`${path} isn't a plain file`);
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) throw damaged(`${path} can't be read`);
  if (bytes > mostBytes) throw damaged(`${path} is too large`);
  return { bytes, crc, deflated: method === 8, content: contentOf(zip, entry) };
}

interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly mode: number;
  readonly offset: number;
}

function* zipEntries(zip: Buffer): Generator<ZipEntry> {
  const end = endOf(zip);
  const entries = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < entries; index += 1) {
    if (at + 46 > end || zip.readUInt32LE(at) !== entrySignature) throw damaged("its directory is broken");
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const next = at + 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    yield {
      name: zip.toString("latin1", at + 46, at + 46 + (name ?? 0)),
      flags: zip.readUInt16LE(at + 8),
      method: zip.readUInt16LE(at + 10),
      crc: zip.readUInt32LE(at + 16),
      packed: zip.readUInt32LE(at + 20),
      bytes: zip.readUInt32LE(at + 24),
      mode: zip.readUInt16LE(at + 40),
      offset: zip.readUInt32LE(at + 42),
    };
    at = next;
  }
}

/** Where the end record is: the last one whose comment ends where the zip does. */
function endOf(zip: Buffer): number {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 22 - 0xffff); at -= 1)
    if (zip.readUInt32LE(at) === endSignature && at + 22 + zip.readUInt16LE(at + 20) === zip.length) return at;
  throw damaged("it has no end");
}

function contentOf(zip: Buffer, { name, offset, packed }: ZipEntry): Buffer {
  const isThere = offset + 30 <= zip.length && zip.readUInt32LE(offset) === localSignature;
  const start = isThere ? offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28) : zip.length;
  const same = isThere && zip.toString("latin1", offset + 30, offset + 30 + name.length) === name;
  if (!same || start + packed > zip.length) throw damaged(`${name} isn't where its directory says`);
  return zip.subarray(start, start + packed);
}

/** The executable's bytes as they come; rejects with `integrity` at the end when they aren't what the zip says of them. */
export async function* unzipped({ content, deflated, bytes, crc }: ZippedProgram): AsyncGenerator<Buffer> {
  let count = 0;
  let sum = 0;
  for await (const chunk of deflated ? inflated(content) : [content]) {
    count += chunk.length;
    if (count > bytes) break;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (count !== bytes || sum !== crc)
    throw damaged("the program in it isn't as long as it says, or has another checksum");
}

async function* inflated(content: Buffer): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: 1024 * 1024 });
  const source = Readable.from([content], { objectMode: false });
  source.pipe(inflate);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } catch (cause) {
    throw damaged("the program in it can't be unpacked", cause);
  } finally {
    inflate.destroy();
  }
}

function damaged(what: string, cause?: unknown): ColdstoreError {
  return new ColdstoreError("integrity", `rclone's zip is damaged: ${what}; fetch it from elsewhere by rclone-mirror`, {
    cause,
  });
}
