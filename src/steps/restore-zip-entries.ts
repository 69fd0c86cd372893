import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { ByteReader } from "./byte-reader.ts";
import type { Io } from "../ports/store.ts";
import { gapFor, mergeRanges } from "./merge-ranges.ts";
import { asLoss, openStored, readStored } from "./read-stored.ts";
import type { ListedEntry } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";
import { assertAsListed, entryIn, ListedWriter, type ZipFilling } from "./restore-zip.ts";
import { soundRecords, zipContents } from "./zip-contents.ts";
import { readZipDirectory, type ZipDirectory } from "./zip-directory.ts";
import { DamagedZip, type ZipEntry } from "./zip-records.ts";

/**
 * Fills a target with some entries of a set's zip, reading its directory and these alone. Rejects with `integrity`, naming the
 * archive, when they aren't as the file list has them; the target is of no use then.
 */
export async function restoreZipEntries(
  source: RestoreSource,
  filling: Omit<ZipFilling, "content">,
  io: Io,
): Promise<void> {
  const { artifact } = filling;
  try {
    await fill(source, { ...filling, content: source.content }, io);
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(asLoss(artifact, thrown));
    if (error.failure !== "integrity" || error.message.startsWith(artifact.name)) throw error;
    throw new ColdstoreError("integrity", `${artifact.name}: ${error.message}`, { cause: error });
  }
}

async function fill(source: RestoreSource, filling: ZipFilling, io: Io): Promise<void> {
  const { artifact } = filling;
  const directory = await readZipDirectory({
    bytes: artifact.bytes,
    open: async (range) => openStored(source, { artifact, range }, io),
  });
  const places = new Map<ZipEntry, ListedEntry>();
  const runs = runsIn(directory, filling, places);
  const writer = new ListedWriter(places, filling);
  for (const range of mergeRanges(runs, gapFor(source.store.traits))) {
    const reader = new ByteReader(readStored(source, { artifact, range }, io));
    reader.position = range.start;
    for (const run of runs.filter(({ start, end }) => start >= range.start && end <= range.end)) {
      await reader.skipTo(run.start);
      await fillFrom(reader, { run, directory, writer }, io);
    }
  }
}

/** Neighbouring entries of a zip that all are asked for. */
interface ZipRun {
  readonly start: number;
  readonly end: number;
  readonly records: readonly ZipEntry[];
}

interface RunOrder {
  readonly run: ZipRun;
  readonly directory: ZipDirectory;
  readonly writer: ListedWriter;
}

async function fillFrom(reader: ByteReader, { run, directory, writer }: RunOrder, io: Io): Promise<void> {
  const { records, end } = run;
  const walk = {
    // The walk ends where the run does, as it would at the directory.
    directory: { ...directory, start: end, count: records.length },
    records,
    large: async (from: ByteReader, entry: ZipEntry) => writer.stream(from, entry),
  };
  for await (const { entry, content } of zipContents(reader, walk)) {
    io.signal.throwIfAborted();
    if (content !== undefined) writer.take(entry, content);
  }
}

function runsIn(directory: ZipDirectory, filling: ZipFilling, places: Map<ZipEntry, ListedEntry>): readonly ZipRun[] {
  const wanted = wantedNames(filling);
  const prefix = Buffer.from(filling.content.prefix);
  const runs: { start: number; end: number; records: ZipEntry[] }[] = [];
  const records = soundRecords(directory);
  for (const [i, record] of records.entries()) {
    const name = record.name.toString("latin1");
    const listed = wanted.get(name);
    if (listed === undefined) continue;
    wanted.delete(name);
    const found = entryIn(record, prefix);
    if (found === undefined) throw new DamagedZip(`${name} has the name of the folder that all is in`);
    assertAsListed(found, listed);
    places.set(record, listed);
    const end = records[i + 1]?.offset ?? directory.start;
    if (end <= record.offset || end > directory.start) throw new DamagedZip(`where ${found.path} lies can't be told`);
    const last = runs.at(-1);
    if (last?.end === record.offset) {
      last.records.push(record);
      last.end = end;
    } else runs.push({ start: record.offset, end, records: [record] });
  }
  const [missing] = wanted.values();
  if (missing !== undefined) throw new DamagedZip(`it lacks ${missing.entry.path}`);
  return runs;
}

/** By the names that a zip has them under. */
function wantedNames({ listed, content }: ZipFilling): Map<string, ListedEntry> {
  const prefix = Buffer.from(content.prefix).toString("latin1");
  return new Map(listed.map((one) => [`${prefix}${one.path}${one.entry.type === "dir" ? "/" : ""}`, one]));
}
