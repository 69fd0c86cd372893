import { crc32, createInflateRaw } from "node:zlib";
import { ByteReader } from "./byte-reader.ts";
import { runZlib } from "./run-zlib.ts";
import type { RangedFile } from "./zip-directory.ts";
import { DamagedZip, safeNumber, zipFlags, type ZipEntry } from "./zip-records.ts";

export const zipMethods = { stored: 0, deflated: 8 } as const;

const localSignature = 0x04034b50;
export const localHeaderBytes = 30;
const descriptorSignature = 0x08074b50;
const outputBytes = 256 * 1024;

/**
 * The content of one entry. `limit`: where the next entry or the central directory starts. Rejects with `integrity` when
 * anything about it isn't as the directory says, its checksum included: what was read until then is not to be trusted.
 */
export async function* readZipEntry(
  file: RangedFile,
  entry: ZipEntry,
  limit: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = await file.open({ start: entry.offset, end: limit });
  try {
    const reader = new ByteReader(source);
    const header = await takeLocalHeader(reader, entry, limit - entry.offset);
    yield* zipContent(reader, entry);
    await takeDescriptor(reader, entry, header);
    if (!(await reader.isAtEnd())) throw new DamagedZip("something lies behind its content");
  } finally {
    source.destroy();
  }
}

/** What of an entry can't be read; undefined for one that can. */
export function whyUnreadable({ flags, method }: ZipEntry): string | undefined {
  if ((flags & (zipFlags.encrypted | zipFlags.strongEncryption | zipFlags.masked)) !== 0) return "it is encrypted";
  const known: readonly number[] = Object.values(zipMethods);
  return known.includes(method) ? undefined : `it is compressed by method ${method}, which isn't supported`;
}

/** What only the local header tells. */
export interface LocalHeader {
  /** A data descriptor has sizes of eight bytes. */
  readonly isWide: boolean;
  /** Where the entry has to end at the latest. */
  readonly limit: number;
}

/** Goes to where an entry's content starts. Rejects with `integrity` when its local header and the directory disagree, or it would reach beyond `limit`; it takes nothing behind that. */
export async function takeLocalHeader(reader: ByteReader, entry: ZipEntry, limit: number): Promise<LocalHeader> {
  const header = await reader.take(localHeaderBytes);
  if (header.length < localHeaderBytes || header.readUInt32LE(0) !== localSignature)
    throw new DamagedZip("its local header isn't there");
  const [nameBytes, extraBytes] = [header.readUInt16LE(26), header.readUInt16LE(28)];
  if (reader.position + nameBytes + extraBytes + entry.compressedBytes > limit)
    throw new DamagedZip("it would reach into what follows it");
  const name = await reader.take(nameBytes);
  const extra = await reader.take(extraBytes);
  if (!name.equals(entry.name)) throw new DamagedZip("its local header has another name");
  if (header.readUInt16LE(6) !== entry.flags) throw new DamagedZip("its local header has other flags");
  if (header.readUInt16LE(8) !== entry.method) throw new DamagedZip("its local header has another method");
  if (!agrees(header, extra, entry)) throw new DamagedZip("its local header has another size or checksum");
  return { isWide: isLarge(entry) || (extra.length >= 4 && extra.readUInt16LE(0) === 1), limit };
}

/** Whether a file's sizes need eight bytes. */
function isLarge({ bytes, compressedBytes }: ZipEntry): boolean {
  return Math.max(bytes, compressedBytes) > 0xffffffff;
}

/** With a descriptor behind the content the header may leave checksum and sizes at zero. */
function agrees(header: Buffer, extra: Buffer, entry: ZipEntry): boolean {
  const [crc, compressed, bytes] = [14, 18, 22].map((field) => header.readUInt32LE(field));
  const isLater = (entry.flags & zipFlags.descriptor) !== 0;
  const inZip64 = compressed === 0xffffffff || bytes === 0xffffffff;
  // APPNOTE 4.5.3: the local field has both sizes, the uncompressed one first.
  const large = inZip64 && extra.length >= 20 && extra.readUInt16LE(0) === 1 ? extra : undefined;
  const sizes = {
    bytes: large && bytes === 0xffffffff ? safeNumber(large.readBigUInt64LE(4)) : bytes,
    compressed: large && compressed === 0xffffffff ? safeNumber(large.readBigUInt64LE(12)) : compressed,
  };
  const isSo = (found: number | undefined, said: number): boolean =>
    found === said || (isLater && (found === 0 || found === 0xffffffff));
  return isSo(crc, entry.crc) && isSo(sizes.bytes, entry.bytes) && isSo(sizes.compressed, entry.compressedBytes);
}

/** Content from where the reader is, checked for size and checksum; the reader is behind its compressed bytes when it ends. */
export async function* zipContent(reader: ByteReader, entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const compressed = reader.stream(entry.compressedBytes);
  const content = entry.method === zipMethods.stored ? compressed : inflated(compressed, entry);
  let bytes = 0;
  let crc = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > entry.bytes) break;
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (bytes !== entry.bytes) throw new DamagedZip(`its content isn't ${entry.bytes} bytes long`);
  if (crc !== entry.crc) throw new DamagedZip("its content doesn't fit its CRC-32");
}

async function* inflated(
  compressed: AsyncIterable<Uint8Array>,
  { compressedBytes }: ZipEntry,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createInflateRaw({ chunkSize: outputBytes });
  yield* runZlib(compressed, { stream, of: "its deflated content" });
  if (stream.bytesWritten !== compressedBytes) throw new DamagedZip("its deflated content ends too early");
}

/**
 * Takes the data descriptor, if the entry has one (APPNOTE 4.3.9), with or without a signature; `isWide` as its local header
 * says. Takes nothing behind `limit`. Rejects with `integrity` when it doesn't say what the directory does.
 */
export async function takeDescriptor(reader: ByteReader, entry: ZipEntry, header: LocalHeader): Promise<void> {
  if ((entry.flags & zipFlags.descriptor) === 0) return;
  const { isWide, limit } = header;
  const take = async (bytes: number): Promise<Buffer> => reader.take(Math.min(bytes, limit - reader.position));
  const start = await take(4);
  const hasSignature = start.length === 4 && start.readUInt32LE(0) === descriptorSignature;
  const crc = hasSignature ? await take(4) : start;
  const sizes = await take(isWide ? 16 : 8);
  if (!describes(crc, sizes, entry)) throw new DamagedZip("its data descriptor has another size or checksum");
}

function describes(crc: Buffer, sizes: Buffer, entry: ZipEntry): boolean {
  if (crc.length < 4 || crc.readUInt32LE(0) !== entry.crc) return false;
  const { compressedBytes, bytes } = entry;
  if (sizes.length === 8) return sizes.readUInt32LE(0) === compressedBytes && sizes.readUInt32LE(4) === bytes;
  if (sizes.length < 16) return false;
  return safeNumber(sizes.readBigUInt64LE(0)) === compressedBytes && safeNumber(sizes.readBigUInt64LE(8)) === bytes;
}

/** How long the data descriptor of an entry of ours is; 0 for one without. */
export function descriptorBytes(entry: ZipEntry): number {
  if ((entry.flags & zipFlags.descriptor) === 0) return 0;
  return isLarge(entry) ? 24 : 16;
}
