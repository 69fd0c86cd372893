import { ColdstoreError } from "../model/errors.ts";
import type { ByteReader } from "./byte-reader.ts";
import { digestZipStream, type ZipDigest } from "./digest-zip-content.ts";
import { descriptorBytes, localHeaderBytes, takeDescriptor, takeLocalHeader, whyUnreadable } from "./read-zip-entry.ts";
import type { ZipDirectory } from "./zip-directory.ts";
import { DamagedZip, type ZipDamage, type ZipEntry } from "./zip-records.ts";

/** An entry that was gone by: with the bytes of its content as they lie in the file, or its digest if it is large. */
export interface WalkedEntry {
  readonly entry: ZipEntry;
  /** What is wrong with it, its content aside. */
  readonly problem?: string;
  readonly content: Uint8Array | ZipDigest;
}

/** Goes through the content of a large entry, from where the reader is on, as digestZipStream does. */
export type LargeEntry = (reader: ByteReader, entry: ZipEntry) => Promise<ZipDigest>;

/** Contents up to this size, packed and unpacked, are handed over to be worked on side by side. */
const smallBytes = 1024 * 1024;

/**
 * Goes through a zip from its first byte to its central directory, by records in the order of the file: each entry must
 * start where the one before it ends. Behind a damaged entry it goes on where the next record says. To be drained; a large
 * entry is digested, or given to `large`, before the next step is given.
 */
export async function* walkZip(
  reader: ByteReader,
  directory: ZipDirectory,
  records: Iterable<ZipEntry | ZipDamage>,
  large: LargeEntry = digestZipStream,
): AsyncGenerator<WalkedEntry | ZipDamage, void, undefined> {
  let count = 0;
  let isLost = false;
  for (const [record, ...others] of windows(records)) {
    if ("damage" in record) {
      isLost = true;
      yield record;
      continue;
    }
    count += 1;
    if (isLost && record.offset < directory.start) await reader.skipTo(record.offset);
    if (isLost && record.offset !== reader.position) {
      yield { entry: record, problem: "where it lies can't be told", content: unread };
      continue;
    }
    const limit = limitOf([record, ...others], reader.position, directory);
    const walked = await walkEntry(reader, record, { limit, large });
    isLost = walked.isLost;
    if (isLost) await reader.skipTo(limit);
    yield walked.step;
  }
  if (reader.position !== directory.start && !isLost)
    yield { damage: `something lies between its last entry, at byte ${reader.position}, and its central directory` };
  if (count !== directory.count && !isLost)
    yield { damage: `its central directory has ${count} entries, and its end says ${directory.count}` };
}

/** Each record with the two behind it. */
function* windows<T>(items: Iterable<T>): Generator<readonly [T, T | undefined, T | undefined], void, undefined> {
  const held: T[] = [];
  for (const item of items) {
    held.push(item);
    if (held.length < 3) continue;
    yield [held[0] as T, held[1], held[2]];
    held.shift();
  }
  for (; held.length > 0; held.shift()) yield [held[0] as T, held[1], undefined];
}

/** Where an entry has to end at the latest. Where the next record isn't borne out, neither by this one's length nor by its own, it is the one that is wrong. */
function limitOf(
  [entry, next, after]: readonly [ZipEntry, ZipEntry | ZipDamage | undefined, ZipEntry | ZipDamage | undefined],
  position: number,
  { start }: ZipDirectory,
): number {
  const nextAt = offsetOf(next, start);
  const afterAt = offsetOf(after, start);
  const isBorneOut = usualEnd(entry) === nextAt || (isEntry(next) && usualEnd(next) === afterAt);
  const limit = isBorneOut ? nextAt : afterAt;
  return limit > position && limit <= start ? limit : start;
}

function isEntry(record: ZipEntry | ZipDamage | undefined): record is ZipEntry {
  return record !== undefined && "offset" in record;
}

function offsetOf(record: ZipEntry | ZipDamage | undefined, start: number): number {
  return isEntry(record) ? record.offset : start;
}

/** Where an entry ends that is written as ours are: without extra fields. */
function usualEnd(entry: ZipEntry): number {
  return entry.offset + localHeaderBytes + entry.name.length + entry.compressedBytes + descriptorBytes(entry);
}

/** `isLost`: where the entry ends isn't known. */
async function walkEntry(
  reader: ByteReader,
  entry: ZipEntry,
  { limit, large }: { readonly limit: number; readonly large: LargeEntry },
): Promise<{ readonly step: WalkedEntry; readonly isLost: boolean }> {
  const { position } = reader;
  const misplaced =
    entry.offset === position
      ? undefined
      : `the central directory has it at byte ${entry.offset}, and what is before it ends at byte ${position}`;
  const header = await unlessDamaged(async () => takeLocalHeader(reader, entry, limit));
  if ("problem" in header)
    return { step: { entry, problem: misplaced ?? header.problem, content: unread }, isLost: true };
  const end = reader.position + entry.compressedBytes;
  const content = await contentOf(reader, entry, large);
  await reader.skipTo(end);
  const tail = await unlessDamaged(async () => takeDescriptor(reader, entry, header));
  const problem = misplaced ?? tail?.problem;
  return { step: { entry, content, ...(problem !== undefined && { problem }) }, isLost: tail !== undefined };
}

const unread: ZipDigest = { problem: "it can't be read" };

async function contentOf(reader: ByteReader, entry: ZipEntry, large: LargeEntry): Promise<WalkedEntry["content"]> {
  const unreadable = whyUnreadable(entry);
  if (unreadable !== undefined) return { problem: unreadable };
  if (Math.max(entry.bytes, entry.compressedBytes) <= smallBytes) return reader.take(entry.compressedBytes);
  return unlessDamaged(async () => large(reader, entry));
}

/** What the work gives, or what is wrong with the archive, if that is what it fails of. */
async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | { readonly problem: string }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DamagedZip) return { problem: error.what };
    if (error instanceof ColdstoreError && error.failure === "integrity") return { problem: error.message };
    throw error;
  }
}
