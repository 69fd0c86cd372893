import type { Readable } from "node:stream";
import type { ByteRange } from "../ports/store.ts";
import { DamagedZip, recordBytes, safeNumber, type ZipDamage, type ZipEntry, zipRecords } from "./zip-records.ts";

/** A file that can be read in parts. */
export interface RangedFile {
  readonly bytes: number;
  open(range?: ByteRange): Promise<Readable>;
}

/** The central directory of a zip, in memory. */
export interface ZipDirectory {
  /** Where it starts in the file: the entries end there. */
  readonly start: number;
  /** Entries that it should have. */
  readonly count: number;
  readonly comment: Buffer;
  /** Its entries, in its order, and the places of it that can't be read. */
  records(): Generator<ZipEntry | ZipDamage, void, undefined>;
}

const endSignature = 0x06054b50;
const endBytes = 22;
const locatorSignature = 0x07064b50;
const locatorBytes = 20;
const end64Signature = 0x06064b50;
const end64Bytes = 56;
const mostCommentBytes = 0xffff;

/** Room for more than a million names of usual length. */
const mostDirectoryBytes = 256 * 1024 * 1024;

/**
 * Reads the central directory from the end of a zip. Rejects with `integrity` when its end isn't there, doesn't fit the
 * file, or could be taken for two.
 */
export async function readZipDirectory(file: RangedFile): Promise<ZipDirectory> {
  const tailStart = Math.max(0, file.bytes - endBytes - mostCommentBytes - locatorBytes - end64Bytes);
  const tail = await readRange(file, { start: tailStart, end: file.bytes });
  const endAt = findEnd(tail);
  const place = await placeOf(file, { tail, tailStart, endAt });
  if (place.bytes > mostDirectoryBytes)
    throw new DamagedZip(`a central directory of ${place.bytes} bytes is none of ours`);
  if (place.count > place.bytes / recordBytes)
    throw new DamagedZip("its central directory is too short for its entries");
  const directory = await readRange(file, { start: place.start, end: place.start + place.bytes });
  return {
    start: place.start,
    count: place.count,
    comment: tail.subarray(endAt + endBytes),
    records: () => zipRecords(directory),
  };
}

async function readRange(file: RangedFile, range: ByteRange): Promise<Buffer> {
  const source = await file.open(range);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk as Uint8Array);
  const bytes = Buffer.concat(chunks);
  if (bytes.length === range.end - range.start) return bytes;
  throw new DamagedZip(`it ends before byte ${range.end}`);
}

/** The one place whose comment ends where the file does. */
function findEnd(tail: Buffer): number {
  const found: number[] = [];
  for (let at = tail.length - endBytes; at >= 0; at -= 1)
    if (tail.readUInt32LE(at) === endSignature && at + endBytes + tail.readUInt16LE(at + 20) === tail.length)
      found.push(at);
  const [end, another] = found;
  if (end === undefined) throw new DamagedZip("the end of its central directory isn't there; it is cut off or changed");
  if (another !== undefined) throw new DamagedZip("it has two ends of a central directory, so readers could disagree");
  return end;
}

interface Tail {
  readonly tail: Buffer;
  readonly tailStart: number;
  readonly endAt: number;
}

interface Place {
  readonly start: number;
  readonly bytes: number;
  readonly count: number;
}

/** Where the directory lies; it must reach exactly to what describes it. */
async function placeOf(file: RangedFile, { tail, tailStart, endAt }: Tail): Promise<Place> {
  const disks = [4, 6].map((field) => tail.readUInt16LE(endAt + field));
  const [here, count] = [8, 10].map((field) => tail.readUInt16LE(endAt + field));
  if (disks.some((disk) => disk !== 0) || here !== count) throw new DamagedZip("it is one of several volumes");
  const small = {
    count: count ?? 0,
    bytes: tail.readUInt32LE(endAt + 12),
    start: tail.readUInt32LE(endAt + 16),
  };
  const locatorAt = endAt - locatorBytes;
  const hasLocator = locatorAt >= 0 && tail.readUInt32LE(locatorAt) === locatorSignature;
  if (!hasLocator) return fitting(small, tailStart + endAt);
  const large = await readEnd64(file, tail.subarray(locatorAt, endAt), tailStart + locatorAt);
  const agrees =
    [0xffff, large.count].includes(small.count) &&
    [0xffffffff, large.bytes].includes(small.bytes) &&
    [0xffffffff, large.start].includes(small.start);
  if (!agrees) throw new DamagedZip("its two ends of the central directory disagree");
  return large;
}

/** The zip64 end (APPNOTE 4.3.14), which must lie right before its locator. */
async function readEnd64(file: RangedFile, locator: Buffer, locatorAt: number): Promise<Place> {
  const at = safeNumber(locator.readBigUInt64LE(8));
  if (at === undefined || at + end64Bytes > locatorAt) throw new DamagedZip("its zip64 locator leads nowhere");
  const end = await readRange(file, { start: at, end: at + end64Bytes });
  const size = safeNumber(end.readBigUInt64LE(4));
  const disks = [end.readUInt32LE(16), end.readUInt32LE(20), locator.readUInt32LE(4), locator.readUInt32LE(16) - 1];
  const [here, count, bytes, start] = [24, 32, 40, 48].map((field) => safeNumber(end.readBigUInt64LE(field)));
  const isWhole = end.readUInt32LE(0) === end64Signature && size !== undefined && at + 12 + size === locatorAt;
  if (!isWhole || count === undefined || bytes === undefined || start === undefined)
    throw new DamagedZip("its zip64 end of the central directory is malformed");
  if (disks.some((disk) => disk > 0) || here !== count) throw new DamagedZip("it is one of several volumes");
  return fitting({ start, bytes, count }, at);
}

function fitting(place: Place, end: number): Place {
  if (place.start + place.bytes === end) return place;
  throw new DamagedZip("its central directory isn't where its end says; something was put before or into it");
}
