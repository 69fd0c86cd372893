import { tarBlockBytes } from "./tar-header.ts";

/** One member of a tar that is to be written. */
export interface TarHead {
  /** Raw bytes; a folder's end with a slash. */
  readonly path: Uint8Array;
  readonly type: "file" | "dir" | "symlink";
  readonly mode: number;
  /** Bytes of content that follow; 0 for all but files. */
  readonly size: number;
  /** Seconds since 1970, whole. */
  readonly mtime: number;
  /** Target of a symlink, raw bytes. */
  readonly link?: Uint8Array;
  /** Name of the owner and the group, both with the number 0: git writes "root". */
  readonly owner: "root" | "";
}

const flags = { file: "0", dir: "5", symlink: "2" } as const;

// What eleven octal digits hold.
const mostOctal = 0o77777777777;
const noBytes = new Uint8Array();
const nameBytes = 100;
const prefixBytes = 155;
const slash = 0x2f;

/**
 * The header of a member (POSIX.1-2001 ustar), and before it a pax header with what ustar can't hold: a path over 255 bytes
 * or without a slash to cut it at, a link over 100 bytes, a size from 8 GiB on, a time before 1970 or after 2242. Names go out
 * byte by byte, UTF-8 or not.
 */
export function tarHead(head: TarHead): Uint8Array {
  const cut = cutPath(head.path);
  const link = head.link ?? noBytes;
  const records = paxRecords(head, cut);
  const block = headerBlock({
    ...head,
    flag: flags[head.type],
    mtime: fitsOctal(head.mtime) ? head.mtime : 0,
    size: head.size > mostOctal ? 0 : head.size,
    link: link.length > nameBytes ? link.subarray(0, nameBytes) : link,
    ...(cut ?? { name: head.path.subarray(0, nameBytes), prefix: noBytes }),
  });
  return records.length === 0 ? block : Buffer.concat([paxHeader(Buffer.concat(records), head), block]);
}

/** Bytes that `tarHead` gives for it. */
export function tarHeadBytes(head: TarHead): number {
  const records = paxRecords(head, cutPath(head.path));
  if (records.length === 0) return tarBlockBytes;
  const bytes = records.reduce((sum, { length }) => sum + length, 0);
  return 2 * tarBlockBytes + Math.ceil(bytes / tarBlockBytes) * tarBlockBytes;
}

/** Sorted by key. */
function paxRecords({ path, link, mtime, size }: TarHead, cut: CutPath | undefined): readonly Uint8Array[] {
  return [
    ...(link !== undefined && link.length > nameBytes ? [paxRecord("linkpath", link)] : []),
    ...(fitsOctal(mtime) ? [] : [paxRecord("mtime", Buffer.from(String(mtime)))]),
    ...(cut === undefined ? [paxRecord("path", path)] : []),
    ...(size > mostOctal ? [paxRecord("size", Buffer.from(String(size)))] : []),
  ];
}

/** Zero bytes behind so much content. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((tarBlockBytes - (size % tarBlockBytes)) % tarBlockBytes);
}

const recordBytes = 10240;

/** What ends a tar of so many bytes: two zero blocks at least, up to a whole record of 10,240 bytes. */
export function tarEnd(bytes: number): Uint8Array {
  return new Uint8Array(Math.ceil((bytes + 2 * tarBlockBytes) / recordBytes) * recordBytes - bytes);
}

function fitsOctal(number: number): boolean {
  return number >= 0 && number <= mostOctal;
}

interface CutPath {
  readonly name: Uint8Array;
  readonly prefix: Uint8Array;
}

/** A path as ustar's name and prefix, which a reader joins with a slash; undefined when it can't be cut so. */
function cutPath(path: Uint8Array): CutPath | undefined {
  if (path.length <= nameBytes) return { name: path, prefix: noBytes };
  // The name keeps a folder's own slash, and is never empty.
  const end = path.at(-1) === slash ? path.length - 1 : path.length;
  const at = Buffer.from(path.buffer, path.byteOffset, Math.min(end, prefixBytes + 1)).lastIndexOf(slash);
  const fits = at > 0 && path.length - at - 1 <= nameBytes;
  return fits ? { name: path.subarray(at + 1), prefix: path.subarray(0, at) } : undefined;
}

/** The pax header's own name is never seen: readers name the member by the record. */
function paxHeader(records: Uint8Array, { mode, mtime, owner }: TarHead): Uint8Array {
  const block = headerBlock({
    name: Buffer.from("PaxHeader"),
    prefix: noBytes,
    link: noBytes,
    flag: "x",
    mode: mode & 0o666,
    mtime: fitsOctal(mtime) ? mtime : 0,
    size: records.length,
    owner,
  });
  return Buffer.concat([block, records, tarPadding(records.length)]);
}

function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = key.length + value.length + 3;
  let total = rest + String(rest).length;
  if (rest + String(total).length > total) total += 1;
  return Buffer.concat([Buffer.from(`${total} ${key}=`), value, Buffer.from("\n")]);
}

interface HeaderFields extends Pick<TarHead, "mode" | "size" | "mtime" | "owner"> {
  readonly name: Uint8Array;
  readonly prefix: Uint8Array;
  readonly link: Uint8Array;
  readonly flag: string;
}

function headerBlock({ name, prefix, link, flag, mode, size, mtime, owner }: HeaderFields): Uint8Array {
  const block = Buffer.alloc(tarBlockBytes);
  block.set(name, 0);
  writeOctal(block, 100, mode, 7);
  writeOctal(block, 108, 0, 7);
  writeOctal(block, 116, 0, 7);
  writeOctal(block, 124, size, 11);
  writeOctal(block, 136, mtime, 11);
  block.write(flag, 156, "latin1");
  block.set(link, 157);
  block.write("ustar\u000000", 257, "latin1");
  block.write(owner, 265, "latin1");
  block.write(owner, 297, "latin1");
  writeOctal(block, 329, 0, 7);
  writeOctal(block, 337, 0, 7);
  block.set(prefix, 345);
  // The sum counts its own field as spaces.
  let sum = 8 * 0x20;
  for (let i = 0; i < tarBlockBytes; i++) sum += block[i] ?? 0;
  writeOctal(block, 148, sum, 7);
  return block;
}

function writeOctal(block: Buffer, at: number, value: number, digits: number): void {
  block.write(value.toString(8).padStart(digits, "0"), at, "latin1");
}
