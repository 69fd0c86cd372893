import { createHash, hash } from "node:crypto";
import { crc32, inflateRaw, inflateRawSync } from "node:zlib";
import type { ByteReader } from "./byte-reader.ts";
import { zipContent, zipMethods } from "./read-zip-entry.ts";
import { isZipLink } from "./zip-member.ts";
import type { ZipEntry } from "./zip-records.ts";

/** What an entry's content is: its digest, for a link its target too; or why it can't be told. */
export type ZipDigest = { readonly sha256: string; readonly link?: Uint8Array } | { readonly problem: string };

/** A link's target; longer ones no system takes. */
const mostLinkBytes = 1024 * 1024;

/** Digests the content of an entry that is in memory as it lies in the file: for small ones. */
export async function digestZipBytes(entry: ZipEntry, compressed: Uint8Array): Promise<ZipDigest> {
  const unpacked = await unpackZipBytes(entry, compressed);
  if ("problem" in unpacked) return unpacked;
  const { content } = unpacked;
  const sha256 = hash("sha256", content);
  return isZipLink(entry) ? { sha256, link: content } : { sha256 };
}

/** The content of an entry that is in memory as it lies in the file, its size and checksum proven; or what is wrong with it. */
export async function unpackZipBytes(
  entry: ZipEntry,
  compressed: Uint8Array,
): Promise<{ readonly content: Uint8Array } | { readonly problem: string }> {
  const content = entry.method === zipMethods.stored ? compressed : await inflate(compressed, entry.bytes);
  if (content === undefined) return { problem: "its deflated content is damaged" };
  if (content.length !== entry.bytes) return { problem: `its content isn't ${entry.bytes} bytes long` };
  return crc32(content) === entry.crc ? { content } : { problem: "its content doesn't fit its CRC-32" };
}

/** Digests the content from where the reader is on, as a stream: for entries of any size. Rejects as zipContent does. */
export async function digestZipStream(reader: ByteReader, entry: ZipEntry): Promise<ZipDigest> {
  if (isZipLink(entry) && entry.bytes > mostLinkBytes) return { problem: "it is a link of more than 1 MiB" };
  const sha256 = createHash("sha256");
  const kept: Uint8Array[] = [];
  for await (const chunk of zipContent(reader, entry)) {
    sha256.update(chunk);
    if (isZipLink(entry)) kept.push(chunk);
  }
  return { sha256: sha256.digest("hex"), ...(isZipLink(entry) && { link: Buffer.concat(kept) }) };
}

// Another thread takes longer to be asked than these take: of 78,000 files a third less processor time.
const smallBytes = 16 * 1024;

/** All of the deflated bytes and nothing else, and no more than `bytes` out of them; undefined when they are damaged. */
async function inflate(compressed: Uint8Array, bytes: number): Promise<Uint8Array | undefined> {
  const options = { chunkSize: Math.max(64, bytes + 1), maxOutputLength: bytes + 1, info: true };
  if (bytes <= smallBytes) {
    try {
      return wholeOf(inflateRawSync(compressed, options), compressed);
    } catch {
      return undefined;
    }
  }
  return new Promise((resolve) => {
    inflateRaw(compressed, options, (error, result: unknown) => {
      resolve(error === null ? wholeOf(result, compressed) : undefined);
    });
  });
}

/** The declared type of a result leaves out what `info` changes in it. */
function wholeOf(result: unknown, compressed: Uint8Array): Uint8Array | undefined {
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
  return engine.bytesWritten === compressed.length ? buffer : undefined;
}
