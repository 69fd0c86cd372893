import { ByteReader } from "./byte-reader.ts";
import { digestZipBytes } from "./digest-zip-content.ts";
import { inOrder } from "./in-order.ts";
import { walkZip, type WalkedEntry } from "./walk-zip.ts";
import { type RangedFile, readZipDirectory } from "./zip-directory.ts";
import { DamagedZip, type ZipDamage, type ZipEntry } from "./zip-records.ts";

/** What a zip tells of itself. */
export interface LooseZip {
  readonly entries: number;
  /** Of all contents. */
  readonly unpackedBytes: number;
  /** The commit that stands in its comment, as git and Coldstore write it. */
  readonly commit?: string;
}

const entriesInFlight = 12;

/** Reads a zip, whoever made it, entry by entry to its end. Rejects with `integrity`, naming the first entry that is damaged or can't be read. */
export async function readLooseZip(content: AsyncIterable<Uint8Array>, file: RangedFile): Promise<LooseZip> {
  const directory = await readZipDirectory(file);
  const records = [...directory.records()].map(soundOnly).sort((a, b) => a.offset - b.offset);
  let entries = 0;
  let unpackedBytes = 0;
  for await (const entry of inOrder(walkZip(new ByteReader(content), directory, records), entriesInFlight, proven)) {
    entries += 1;
    unpackedBytes += entry.bytes;
  }
  for await (const _ of content);
  const comment = directory.comment.toString("latin1");
  const commit = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(comment) ? comment : undefined;
  return { entries, unpackedBytes, ...(commit !== undefined && { commit }) };
}

function soundOnly(record: ZipEntry | ZipDamage): ZipEntry {
  if ("damage" in record) throw new DamagedZip(record.damage);
  return record;
}

async function proven(step: WalkedEntry | ZipDamage): Promise<ZipEntry> {
  if ("damage" in step) throw new DamagedZip(step.damage);
  const { entry, content } = step;
  const digest = content instanceof Uint8Array ? await digestZipBytes(entry, content) : content;
  const problem = step.problem ?? ("problem" in digest ? digest.problem : undefined);
  if (problem !== undefined) throw new DamagedZip(`${entry.name.toString()}: ${problem}`);
  return entry;
}
