import { crc32, deflateRawSync } from "node:zlib";

/** An entry of a zip to build byte by byte. */
export interface HandZipEntry {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  readonly flags?: number;
  /** 3 is Unix, 0 DOS. */
  readonly host?: number;
  /** With its type; none if absent. */
  readonly unixMode?: number;
  readonly deflated?: boolean;
  /** Written into its local header instead of what the directory has. */
  readonly localName?: string;
  /** Instead of where it lies. */
  readonly offset?: number;
  /** Instead of its size, in both places. */
  readonly bytes?: number;
}

/** A zip of these entries, right in all but what they say otherwise. */
export function handZip(entries: readonly HandZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const records: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = Buffer.from(entry.data ?? "");
    const packed = entry.deflated === true ? deflateRawSync(data) : data;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0, 2);
    common.writeUInt16LE(entry.deflated === true ? 8 : 0, 4);
    common.writeUInt16LE(0x5b76, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.bytes ?? data.length, 18);
    const localName = entry.localName === undefined ? name : Buffer.from(entry.localName);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, localName, packed]);
    local.writeUInt16LE(localName.length, 26);
    const record = Buffer.alloc(46);
    record.write("PK\u0001\u0002", 0, "latin1");
    record.writeUInt16LE(((entry.host ?? 3) << 8) | 20, 4);
    common.copy(record, 6);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt32LE(((entry.unixMode ?? 0) << 16) >>> 0, 38);
    record.writeUInt32LE(entry.offset ?? at, 42);
    records.push(record, name);
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
