import { createHash, type Hash } from "node:crypto";
import { addAbortSignal } from "node:stream";
import { crc32 } from "node:zlib";
import { codecOf } from "./block-codec.ts";
import { BlockPool } from "./block-pool.ts";
import { blocksOf } from "./blocks-of.ts";
import { checkZip } from "./check-zip.ts";
import { ArchiveTap, type CheckOptions } from "./checked-archive.ts";
import { type ArchiveFinding, EntryComparison } from "./compare-entries.ts";
import { archiveBlockBytes, gzipHeader, gzipTail } from "./compress-blocks.ts";
import { entryOfMember } from "./entry-of-member.ts";
import { ExpectedEntries } from "./expected-entries.ts";
import { inflateBlocks, type Piece, type Surroundings } from "./inflate-blocks.ts";
import { TarSalvager } from "./salvage-tar.ts";

/**
 * Reads every byte of an archive and compares it with its file list and its digests; no finding means that all of it is
 * right. Goes on past damage, so that the entries that it hits are named and the others compared. Rejects only
 * when it can't tell: reading fails, the file list or the index of blocks is itself damaged, or the signal aborts.
 */
export async function checkArchive(options: CheckOptions): Promise<readonly ArchiveFinding[]> {
  return options.format === "zip" ? checkZip(options) : checkTar(options);
}

async function checkTar(options: CheckOptions): Promise<readonly ArchiveFinding[]> {
  const { signal } = options.io;
  signal.throwIfAborted();
  const source = addAbortSignal(signal, await options.open());
  const expected = new ExpectedEntries(options.entries);
  try {
    const tap = new ArchiveTap(options.io);
    const tar = new PlainTally();
    const comparison = new EntryComparison(expected);
    const around: Surroundings = { header: Buffer.alloc(0), tail: Buffer.alloc(0) };
    const pieces = piecesOf(tap.through(source), options, around);
    await compareAll({ pieces, tar, comparison, salvager: new TarSalvager(expected), prefix: options.prefix });
    return conclude({ options, tap, tar, around, entryFindings: comparison.findings });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    source.destroy();
    await expected.close();
  }
}

interface Comparing {
  readonly pieces: AsyncIterable<Piece>;
  readonly tar: PlainTally;
  readonly comparison: EntryComparison;
  readonly salvager: TarSalvager;
  readonly prefix: string;
}

async function compareAll({ pieces, tar, comparison, salvager, prefix }: Comparing): Promise<void> {
  const prefixBytes = Buffer.from(prefix);
  for await (const piece of pieces) {
    tar.add(piece);
    for await (const salvaged of salvager.push(piece)) {
      if (salvaged.kind === "damage") {
        comparison.damaged(salvaged);
        continue;
      }
      const entry = entryOfMember(salvaged.read, prefixBytes);
      const path = Buffer.from(salvaged.read.member.path).toString();
      if (typeof entry === "string") comparison.findings.push({ path, problem: "extra", detail: `it ${entry}` });
      else if (entry !== undefined) await comparison.found(entry);
    }
  }
  const atEnd = salvager.end();
  if (atEnd?.kind === "damage") comparison.damaged(atEnd);
  await comparison.end();
}

async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  { format, blocks, artifact, tar }: CheckOptions,
  around: Surroundings,
): AsyncGenerator<Piece, void, undefined> {
  const codec = codecOf(format);
  if (codec !== undefined && blocks !== undefined) {
    yield* inflateBlocks(source, { codec, blocks, bytes: artifact.bytes, plainBytes: tar.bytes }, around);
    return;
  }
  let start = 0;
  for await (const data of blocksOf(source, new BlockPool(archiveBlockBytes))) {
    yield { start, data };
    start += data.length;
  }
  if (start < tar.bytes)
    yield { start, end: tar.bytes, lost: "truncated", detail: `the file is cut off at byte ${start}` };
}

interface Conclusion {
  readonly options: CheckOptions;
  readonly tap: ArchiveTap;
  readonly tar: PlainTally;
  readonly around: Surroundings;
  readonly entryFindings: readonly ArchiveFinding[];
}

/** The findings about entries, then those about the whole. */
function conclude({ options, tap, tar, around, entryFindings }: Conclusion): readonly ArchiveFinding[] {
  const { size, digest } = tap.findings(options.artifact);
  const findings = [...entryFindings, ...size];
  if (options.format === "tar.gz") findings.push(...frameFindings(around, tar));
  if (tar.whole && tar.sha256() !== options.tar.sha256)
    findings.push({ problem: "changed", detail: `the tar has the digest ${tar.sha256()}, not ${options.tar.sha256}` });
  return [...findings, ...digest];
}

function frameFindings({ header, tail }: Surroundings, tar: PlainTally): readonly ArchiveFinding[] {
  const findings: ArchiveFinding[] = [];
  if (Buffer.compare(header, gzipHeader) !== 0)
    findings.push({ problem: "changed", detail: "the gzip header isn't the one that was written" });
  if (tar.whole && Buffer.compare(tail, gzipTail(tar.crc, tar.bytes)) !== 0)
    findings.push({ problem: "changed", detail: "the gzip trailer (end, CRC-32 and length) doesn't fit the content" });
  return findings;
}

/** Digest, CRC-32 and length of the uncompressed bytes, as long as none is lost. */
class PlainTally {
  whole = true;
  bytes = 0;
  crc = 0;
  readonly #hash: Hash = createHash("sha256");
  #sha256: string | undefined;

  add(piece: Piece): void {
    if ("lost" in piece) {
      this.whole = false;
      return;
    }
    this.bytes += piece.data.length;
    this.crc = crc32(piece.data, this.crc);
    this.#hash.update(piece.data);
  }

  sha256(): string {
    return (this.#sha256 ??= this.#hash.digest("hex"));
  }
}
