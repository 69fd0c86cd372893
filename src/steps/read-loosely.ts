import { ByteReader } from "./byte-reader.ts";
import type { MemberSink } from "./fill-loosely.ts";
import { looseZipMember, type LooseZipMember } from "./loose-zip-member.ts";
import { zipContent } from "./read-zip-entry.ts";
import { TarReader } from "./tar-reader.ts";
import { soundRecords, zipContents } from "./zip-contents.ts";
import { type RangedFile, readZipDirectory } from "./zip-directory.ts";
import { isZipLink } from "./zip-member.ts";
import { DamagedZip, type ZipEntry } from "./zip-records.ts";

/** What an archive tells of itself beside its entries. */
export interface LooseFacts {
  /** The commit that git or Coldstore wrote into it. */
  readonly commit?: string;
  /** Names of a zip that are in no code it tells, and were read as code page 437. */
  readonly guessed: readonly string[];
}

/** Longer targets no system takes. */
const mostLinkBytes = 64 * 1024;

/** Gives the members of a tar, whoever made it, to the sinks, to its end. Rejects as TarReader does. */
export async function readTarLoosely(
  content: AsyncIterable<Uint8Array>,
  sinks: readonly MemberSink[],
): Promise<LooseFacts> {
  const reader = new TarReader();
  let commit: string | undefined;
  for await (const chunk of content)
    for (const event of reader.push(chunk)) {
      if (event.kind === "comment") commit ??= commitIn(event.comment);
      else if (event.kind === "member") for (const sink of sinks) sink.begin(event.member);
      else if (event.kind === "data") for (const sink of sinks) sink.data(event.data);
      else for (const sink of sinks) sink.end();
    }
  reader.end();
  return { guessed: [], ...(commit !== undefined && { commit }) };
}

/**
 * Gives the entries of a zip, whoever made it, to a sink, in the order of the file, each behind the proof of its checksum;
 * a large file as it comes, its end when it is proven. Rejects with `integrity` where two readers could differ.
 */
export async function readZipLoosely(
  content: AsyncIterable<Uint8Array>,
  file: RangedFile,
  sink: MemberSink,
): Promise<LooseFacts> {
  const directory = await readZipDirectory(file);
  const records = soundRecords(directory).sort((a, b) => a.offset - b.offset);
  // All are looked at before anything is made, and not kept: there may be millions.
  const guessed: string[] = [];
  for (const record of records) {
    const { member, isGuess } = looseZipMember(record);
    if (isGuess) guessed.push(Buffer.from(member.path).toString());
  }
  const walk = { directory, records, large: async (from: ByteReader, entry: ZipEntry) => stream(from, entry) };
  const stream = async (from: ByteReader, entry: ZipEntry): Promise<void> => {
    if (isZipLink(entry)) throw new DamagedZip("it is a link with content like a file's");
    sink.begin(looseZipMember(entry).member);
    for await (const chunk of zipContent(from, entry)) sink.data(chunk);
    sink.end();
  };
  for await (const { entry, content: whole } of zipContents(new ByteReader(content), walk))
    if (whole !== undefined) give(looseZipMember(entry), whole, sink);
  for await (const _ of content);
  const commit = commitIn(directory.comment);
  return { guessed, ...(commit !== undefined && { commit }) };
}

function give({ member }: LooseZipMember, content: Uint8Array, sink: MemberSink): void {
  if (member.type === "symlink" && content.length > mostLinkBytes)
    throw new DamagedZip(`${Buffer.from(member.path).toString()} is a link to ${content.length} bytes of a name`);
  sink.begin(member.type === "symlink" ? { ...member, link: content } : member);
  if (member.type === "file" && content.length > 0) sink.data(content);
  sink.end();
}

function commitIn(comment: Uint8Array): string | undefined {
  const text = Buffer.from(comment).toString("latin1");
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined;
}
