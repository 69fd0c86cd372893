import { ColdstoreError } from "../model/errors.ts";
import { zipEntryTime } from "./zip-entry-time.ts";

/** One entry of a zip, as its central directory has it (APPNOTE 4.3.12). Names are raw bytes. */
export interface ZipEntry {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its local header lies in the file. */
  readonly offset: number;
  /** Seconds since 1970: as a maker on Unix or Windows noted it beside the DOS time, else that, taken for UTC. */
  readonly mtime: number;
  /** The system that it was made on (APPNOTE 4.4.2.2): 0 DOS, 3 Unix, 10 and 11 Windows, ... */
  readonly host: number;
  /** File type and permission bits; undefined when it wasn't made on Unix, or without them. */
  readonly unixMode?: number;
}

/** A place of the central directory that can't be read. */
export interface ZipDamage {
  readonly damage: string;
}

export const zipFlags = { encrypted: 1, descriptor: 8, strongEncryption: 0x40, utf8: 0x800, masked: 0x2000 } as const;

const recordSignature = 0x02014b50;
export const recordBytes = 46;

/** Entries of a central directory; behind a place that can't be read it goes on at the next record. */
export function* zipRecords(directory: Buffer): Generator<ZipEntry | ZipDamage, void, undefined> {
  for (let at = 0; at < directory.length;) {
    const record = readRecord(directory, at);
    if (typeof record !== "string") {
      yield record.entry;
      at = record.end;
      continue;
    }
    yield { damage: `byte ${at} of its central directory ${record}` };
    at = nextRecord(directory, at + 1);
  }
}

function nextRecord(directory: Buffer, from: number): number {
  const at = directory.indexOf("PK\u0001\u0002", from, "latin1");
  return at === -1 ? directory.length : at;
}

function startsRecord(directory: Buffer, at: number): boolean {
  return at + 4 <= directory.length && directory.readUInt32LE(at) === recordSignature;
}

/** So that a damaged signature isn't held against the record before it, whose lengths lead there. */
function nearlyStartsRecord(directory: Buffer, at: number): boolean {
  return [0x50, 0x4b, 1, 2].filter((byte, i) => directory[at + i] === byte).length >= 2;
}

function readRecord(directory: Buffer, at: number): { readonly entry: ZipEntry; readonly end: number } | string {
  if (at + recordBytes > directory.length) return "is cut off";
  if (!startsRecord(directory, at)) return "doesn't start a record";
  const [name, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
  const nameEnd = at + recordBytes + (name ?? 0);
  const extraEnd = nameEnd + (extra ?? 0);
  const end = extraEnd + (comment ?? 0);
  if (end > directory.length) return "has a record that is cut off";
  if (end > extraEnd && startsRecord(directory, extraEnd)) return "has a record with another one as its comment";
  if (end < directory.length && !nearlyStartsRecord(directory, end)) return "has a record that nothing follows";
  const fields = directory.subarray(nameEnd, extraEnd);
  const large = largeNumbers(directory.subarray(at, at + recordBytes), fields);
  if (large === undefined) return "has a record with malformed numbers";
  const mode = directory.readUInt32LE(at + 38) >>> 16;
  const host = directory.readUInt8(at + 5);
  const isUnix = host === 3 && mode !== 0;
  const entry = {
    name: directory.subarray(at + recordBytes, nameEnd),
    flags: directory.readUInt16LE(at + 8),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    ...large,
    mtime: zipEntryTime(directory.readUInt32LE(at + 12), (id) => extraField(fields, id)),
    host,
    ...(isUnix && { unixMode: mode }),
  };
  return { entry, end };
}

const inZip64 = 0xffffffff;

/** Sizes and offset, from the zip64 field where the record says so (APPNOTE 4.5.3: in this order, only those that don't fit). */
function largeNumbers(
  record: Buffer,
  extra: Buffer,
): Pick<ZipEntry, "bytes" | "compressedBytes" | "offset"> | undefined {
  const small = [24, 20, 42].map((field) => record.readUInt32LE(field));
  const zip64 = extraField(extra, 1);
  if (zip64 === "malformed") return undefined;
  let at = 0;
  const numbers = small.map((value) => {
    if (value !== inZip64) return value;
    // All ones without a field are the very number: the largest that fits.
    if (zip64 === undefined) return value;
    if (at + 8 > zip64.length) return undefined;
    at += 8;
    return safeNumber(zip64.readBigUInt64LE(at - 8));
  });
  const disk = record.readUInt16LE(34);
  const [bytes, compressedBytes, offset] = numbers;
  if (bytes === undefined || compressedBytes === undefined || offset === undefined || disk !== 0) return undefined;
  return { bytes, compressedBytes, offset };
}

/** An extra field by its id (APPNOTE 4.5.1); undefined when there is none. */
function extraField(extra: Buffer, id: number): Buffer | "malformed" | undefined {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return "malformed";
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

/** A 64-bit number of a zip; undefined when it is larger than any file. */
export function safeNumber(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

/** A zip, or an entry of one, that isn't whole; `what` says why, without the rest of the sentence. */
export class DamagedZip extends ColdstoreError {
  readonly what: string;

  constructor(what: string) {
    super("integrity", `the zip is damaged: ${what}. Use another copy of it.`);
    this.what = what;
  }
}
