import { crc32, deflateRawSync } from "node:zlib";

/** Fields of one of an entry's two headers that don't say what is so. */
export interface ZipLie {
  readonly name?: string | Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly packedBytes?: number;
  readonly bytes?: number;
  readonly offset?: number;
  readonly extra?: Uint8Array;
}

export interface RawZipEntry {
  readonly name: string | Uint8Array;
  readonly data?: string | Uint8Array;
  /** 8 (default): deflated; 0: stored; anything else: stored, and said to be that. */
  readonly method?: number;
  /** File type and permission bits; default: a file's, or a folder's where the name ends with a slash. */
  readonly mode?: number;
  /** System that made it; default: 3, Unix. */
  readonly host?: number;
  readonly flags?: number;
  readonly local?: ZipLie;
  readonly central?: ZipLie;
  /** Nothing of it lies before the directory: the directory alone names it. */
  readonly unheld?: boolean;
  /** The directory says nothing of it. */
  readonly unlisted?: boolean;
}

export interface RawZipShape {
  readonly before?: Uint8Array;
  readonly behind?: Uint8Array;
  readonly comment?: Uint8Array;
  /** Entries that the end counts, if not as many as there are. */
  readonly count?: number;
}

/** A zip with whatever is told, true or not; where nothing is, as it has to be. */
export function rawZip(entries: readonly RawZipEntry[], shape: RawZipShape = {}): Buffer {
  const { before = Buffer.alloc(0), behind = Buffer.alloc(0), comment = Buffer.alloc(0) } = shape;
  const pieces: Uint8Array[] = [before];
  const records: Buffer[] = [];
  let at = before.length;
  for (const entry of entries) {
    const { headers, content } = piecesOf(entry, at);
    if (entry.unlisted !== true) records.push(headers.central);
    if (entry.unheld === true) continue;
    pieces.push(headers.local, content);
    at += headers.local.length + content.length;
  }
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(shape.count ?? records.length, 8);
  end.writeUInt16LE(shape.count ?? records.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...pieces, directory, end, comment, behind]);
}

function piecesOf(entry: RawZipEntry, offset: number) {
  const { name, method = 8, mode, host = 3, flags = 0 } = entry;
  const data = Buffer.from(entry.data ?? "");
  const content = method === 8 ? deflateRawSync(data, { level: 9 }) : data;
  const isFolder = Buffer.from(name).at(-1) === 0x2f;
  const truth = { name, method, flags, crc: crc32(data), packedBytes: content.length, bytes: data.length, offset };
  const unix = mode ?? (isFolder ? 0o40755 : 0o100644);
  const local = headerOf("local", { ...truth, ...entry.local }, { host, unix });
  const central = headerOf("central", { ...truth, ...entry.central }, { host, unix });
  return { headers: { local, central }, content };
}

function headerOf(
  kind: "local" | "central",
  said: Required<Omit<ZipLie, "extra">> & Pick<ZipLie, "extra">,
  { host, unix }: { readonly host: number; readonly unix: number },
): Buffer {
  const name = Buffer.from(said.name);
  const extra = Buffer.from(said.extra ?? []);
  const fixed = Buffer.alloc(kind === "local" ? 30 : 46);
  fixed.writeUInt32LE(kind === "local" ? 0x04034b50 : 0x02014b50);
  const at = kind === "local" ? 4 : 6;
  fixed.writeUInt16LE(20, at);
  fixed.writeUInt16LE(said.flags, at + 2);
  fixed.writeUInt16LE(said.method, at + 4);
  fixed.writeUInt32LE(0x5b761200, at + 6);
  fixed.writeUInt32LE(said.crc, at + 10);
  fixed.writeUInt32LE(said.packedBytes, at + 14);
  fixed.writeUInt32LE(said.bytes, at + 18);
  fixed.writeUInt16LE(name.length, at + 22);
  fixed.writeUInt16LE(extra.length, at + 24);
  if (kind === "central") {
    fixed.writeUInt16LE((host << 8) | 20, 4);
    fixed.writeUInt32LE(host === 3 ? (unix << 16) >>> 0 : 0, 38);
    fixed.writeUInt32LE(said.offset, 42);
  }
  return Buffer.concat([fixed, name, extra]);
}
