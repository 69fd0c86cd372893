import { createHash, hash } from "node:crypto";
import { addAbortSignal } from "node:stream";
import type { Entry } from "../model/entry.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { filesOf, type ManifestArtifact, type ManifestContent } from "../model/manifest.ts";
import type { NewFile } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import { ByteReader } from "./byte-reader.ts";
import { differenceOf } from "./compare-entries.ts";
import { DigestedFile } from "./digested-file.ts";
import { entryOfMember } from "./entry-of-member.ts";
import { openJoined } from "./joined-file.ts";
import { nameSome } from "./name-some.ts";
import { zipContent } from "./read-zip-entry.ts";
import type { ListedEntry, ListedOrder } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";
import { soundRecords, zipContents } from "./zip-contents.ts";
import { type RangedFile, readZipDirectory } from "./zip-directory.ts";
import { zipMember } from "./zip-member.ts";
import { DamagedZip, type ZipEntry } from "./zip-records.ts";
import { timeFromZip } from "./zip-times.ts";

/** What a zip of a set is restored by. */
/**
 * Fills a target from a zip of a set, read once from its first byte to its last: every entry is the one that the file list
 * has at its place, and the whole has the digest of the manifest. Rejects with `integrity`, naming the archive, where it
 * isn't so, all names before anything is made; the target is of no use then.
 */
export async function restoreZip(
  source: RestoreSource,
  artifact: ManifestArtifact,
  order: ListedOrder,
  io: Io,
): Promise<void> {
  io.signal.throwIfAborted();
  const parts = filesOf(artifact).map(({ name, bytes }) => ({ key: source.prefix + name, bytes }));
  const open: RangedFile["open"] = async (range) => openJoined(source.store, { file: parts, range }, io);
  try {
    await fill({ bytes: artifact.bytes, open }, { ...order, artifact, content: source.content }, io);
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    if (error.failure !== "integrity") throw thrown;
    throw new ColdstoreError("integrity", `${artifact.name}: ${error.message}`, { cause: error });
  }
}

/** What a zip of a set is to be filled from, and with. */
export interface ZipFilling extends ListedOrder {
  readonly artifact: ManifestArtifact;
  readonly content: ManifestContent;
}

async function fill(file: RangedFile, filling: ZipFilling, io: Io): Promise<void> {
  const directory = await readZipDirectory(file);
  const records = soundRecords(directory);
  const writer = new ListedWriter(placesOf(records, filling), filling);
  const opened = addAbortSignal(io.signal, await file.open());
  try {
    const archive = new DigestedFile(filling.artifact);
    const bytes = archive.through(opened);
    const large = async (from: ByteReader, entry: ZipEntry) => writer.stream(from, entry);
    for await (const step of zipContents(new ByteReader(bytes), { directory, records, large })) {
      io.signal.throwIfAborted();
      if (step.content !== undefined) writer.take(step.entry, step.content);
    }
    for await (const _ of bytes);
    archive.end();
  } finally {
    opened.destroy();
  }
}

type ZipPlaces = ReadonlyMap<ZipEntry, ListedEntry>;

/** What each entry is in the file list: all but contents is compared, so that no more is written than the list says. */
function placesOf(records: readonly ZipEntry[], { listed, content }: ZipFilling): ZipPlaces {
  const prefix = Buffer.from(content.prefix);
  const places = new Map<ZipEntry, ListedEntry>();
  for (const record of records) {
    const found = entryIn(record, prefix);
    if (found === undefined) continue;
    const place = listed[places.size];
    if (place?.entry.path !== found.path) throw mismatch(found.path, "the file list doesn't have it there");
    assertAsListed(found, place);
    places.set(record, place);
  }
  const missing = listed.slice(places.size).map(({ entry }) => entry.path);
  if (missing.length > 0) throw new DamagedZip(`it lacks ${nameSome(missing)}`);
  return places;
}

/** Throws `integrity` when an entry isn't the one of the file list that has its path. */
export function assertAsListed({ path, type, mode, size, pathBytes }: Entry, { entry }: ListedEntry): void {
  const wrong = differenceOf(entry, { ...entry, type, mode, size });
  if (wrong !== undefined || pathBytes !== undefined)
    throw mismatch(path, wrong ?? "its name is marked as UTF-8 and isn't");
}

/** The entry that a record of a zip is; undefined for the folders that the prefix names. Throws `integrity` for one that we don't make. */
export function entryIn(record: ZipEntry, prefix: Uint8Array): Entry | undefined {
  const { member, doubt } = zipMember(record, undefined);
  const name = record.name.toString();
  if (doubt !== undefined) throw new DamagedZip(`${name}: ${doubt}`);
  const found = entryOfMember({ member }, prefix);
  if (typeof found === "string") throw new DamagedZip(`${name} ${found}`);
  return found;
}

/** Writes contents that turn out to be those of the file list. */
export class ListedWriter {
  readonly #places: ZipPlaces;
  readonly #filling: ZipFilling;
  readonly #common: number | undefined;

  constructor(places: ZipPlaces, filling: ZipFilling) {
    this.#places = places;
    this.#filling = filling;
    this.#common = commonTime(filling.content);
  }

  take(record: ZipEntry, content: Uint8Array): void {
    const listed = this.#places.get(record);
    if (listed === undefined) return;
    const { path, entry } = listed;
    if (entry.type === "file") expectDigest(entry, hash("sha256", content));
    if (entry.type === "symlink") expectLink(listed, content);
    if (this.#filling.skipped.has(listed)) return;
    const { target } = this.#filling;
    if (entry.type === "dir") target.folder(path, this.#made(record, entry));
    else if (entry.type === "symlink") target.link(path, listed.link ?? "");
    else {
      const sink = target.file(path, this.#made(record, entry));
      sink.write(content);
      sink.close();
    }
  }

  /** The same for a large content. */
  async stream(reader: ByteReader, record: ZipEntry): Promise<void> {
    const listed = this.#places.get(record);
    if (listed?.entry.type !== "file") throw new DamagedZip("it is no file, and has content like one");
    const sha256 = createHash("sha256");
    const isSkipped = this.#filling.skipped.has(listed);
    const sink = isSkipped ? undefined : this.#filling.target.file(listed.path, this.#made(record, listed.entry));
    for await (const chunk of zipContent(reader, record)) {
      sha256.update(chunk);
      sink?.write(chunk);
    }
    expectDigest(listed.entry, sha256.digest("hex"));
    sink?.close();
  }

  #made(record: ZipEntry, { mode }: Entry): NewFile {
    return { mode, mtime: timeFromZip(record.mtime, this.#common) };
  }
}

function expectDigest({ path, sha256 }: Entry, found: string): void {
  if (found !== sha256) throw mismatch(path, `its content has the digest ${found}, not ${sha256}`);
}

function expectLink({ entry, link }: ListedEntry, found: Uint8Array): void {
  if (Buffer.from(found).toString("latin1") !== link)
    throw mismatch(entry.path, `it points to ${Buffer.from(found).toString()}, not to ${entry.link}`);
}

function mismatch(path: string, what: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${path} isn't as the file list has it: ${what}. Use another copy of the set.`,
  );
}

/** The time that all entries of a set were given, in seconds since 1970; a zip has only every other second of it. */
function commonTime(content: ManifestContent): number | undefined {
  if (content.mode === "archive" && content.mtime !== "commit")
    return content.mtime === "keep" ? undefined : content.mtime;
  return content.source === undefined ? undefined : Date.parse(content.source.committed) / 1000;
}
