import type { ByteReader } from "./byte-reader.ts";
import { unpackZipBytes } from "./digest-zip-content.ts";
import { inOrder } from "./in-order.ts";
import { type WalkedEntry, walkZip } from "./walk-zip.ts";
import type { ZipDirectory } from "./zip-directory.ts";
import { DamagedZip, type ZipDamage, type ZipEntry } from "./zip-records.ts";

/** An entry that is sound; a large one's content is gone by. */
export interface ZipContent {
  readonly entry: ZipEntry;
  readonly content?: Uint8Array;
}

export interface ZipWalk {
  readonly directory: ZipDirectory;
  /** In the order of the file. */
  readonly records: readonly ZipEntry[];
  /** Takes the content of a large entry, from where the reader is on, and all of it. */
  readonly large: (reader: ByteReader, entry: ZipEntry) => Promise<void>;
}

const entriesInFlight = 12;
const taken = { sha256: "" };

/**
 * Goes through a zip once, from its first byte to its directory, and gives each entry's content, proven by its checksum.
 * Rejects with `integrity` at the first thing that isn't as the directory says.
 */
export async function* zipContents(
  reader: ByteReader,
  { directory, records, large }: ZipWalk,
): AsyncGenerator<ZipContent, void, undefined> {
  const walked = walkZip(reader, directory, records, async (from, entry) => {
    await large(from, entry);
    return taken;
  });
  yield* inOrder(walked, entriesInFlight, sound);
}

async function sound(step: WalkedEntry | ZipDamage): Promise<ZipContent> {
  if ("damage" in step) throw new DamagedZip(step.damage);
  const { entry, content, problem } = step;
  const unpacked = await unpackedOf(entry, content);
  const wrong = problem ?? ("problem" in unpacked ? unpacked.problem : undefined);
  if (wrong !== undefined) throw new DamagedZip(`${entry.name.toString()}: ${wrong}`);
  return { entry, ...("content" in unpacked && { content: unpacked.content }) };
}

async function unpackedOf(
  entry: ZipEntry,
  content: WalkedEntry["content"],
): Promise<{ readonly content: Uint8Array } | { readonly problem: string } | typeof taken> {
  if (content instanceof Uint8Array) return unpackZipBytes(entry, content);
  return "problem" in content ? content : taken;
}

/** A directory's entries in its order. Throws `integrity` when one of them can't be read. */
export function soundRecords(directory: ZipDirectory): ZipEntry[] {
  return Array.from(directory.records(), (record) => {
    if ("damage" in record) throw new DamagedZip(record.damage);
    return record;
  });
}
