import { addAbortSignal } from "node:stream";
import { ColdstoreError } from "../model/errors.ts";
import { ByteReader } from "./byte-reader.ts";
import { ArchiveTap, type CheckOptions } from "./checked-archive.ts";
import { type ArchiveFinding, EntryComparison } from "./compare-entries.ts";
import { entryOfMember } from "./entry-of-member.ts";
import { ExpectedEntries } from "./expected-entries.ts";
import { inOrder } from "./in-order.ts";
import { digestZipBytes, type ZipDigest } from "./digest-zip-content.ts";
import { walkZip, type WalkedEntry } from "./walk-zip.ts";
import { readZipDirectory, type ZipDirectory } from "./zip-directory.ts";
import { zipMember } from "./zip-member.ts";
import type { ZipDamage } from "./zip-records.ts";

const entriesInFlight = 12;

/**
 * Reads every byte of a zip of ours and compares it with its file list and its digest, as checkArchive does: entries lie
 * one behind the other from the first byte on, and the directory says the same as they do.
 */
export async function checkZip(options: CheckOptions): Promise<readonly ArchiveFinding[]> {
  const { io, artifact } = options;
  io.signal.throwIfAborted();
  const expected = new ExpectedEntries(options.entries);
  const source = addAbortSignal(io.signal, await options.open());
  try {
    const tap = new ArchiveTap(io);
    const bytes = tap.through(source);
    const findings = await entryFindings(options, bytes, new EntryComparison(expected));
    for await (const _ of bytes);
    const whole = tap.findings(artifact);
    return [...findings, ...whole.size, ...whole.digest];
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  } finally {
    source.destroy();
    await expected.close();
  }
}

async function entryFindings(
  options: CheckOptions,
  bytes: AsyncIterable<Uint8Array>,
  comparison: EntryComparison,
): Promise<readonly ArchiveFinding[]> {
  const directory = await directoryOf(options);
  if ("problem" in directory) return [directory];
  const prefix = Buffer.from(options.prefix);
  const walked = walkZip(new ByteReader(bytes), directory, directory.records());
  for await (const step of inOrder(walked, entriesInFlight, digested)) {
    if ("damage" in step) comparison.damaged({ problem: "changed", detail: step.damage });
    else await compare(step, prefix, comparison);
  }
  await comparison.end();
  return comparison.findings;
}

/** Without a directory no reader finds the entries, whole as they may be: none is named. */
async function directoryOf(options: CheckOptions): Promise<ZipDirectory | ArchiveFinding> {
  try {
    return await readZipDirectory({ bytes: options.artifact.bytes, open: async (range) => options.open(range) });
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "integrity")
      return { problem: "changed", detail: error.message };
    throw error;
  }
}

type Digested = (WalkedEntry & { readonly digest: ZipDigest }) | ZipDamage;

async function digested(step: WalkedEntry | ZipDamage): Promise<Digested> {
  if ("damage" in step) return step;
  const { entry, content } = step;
  return { ...step, digest: content instanceof Uint8Array ? await digestZipBytes(entry, content) : content };
}

async function compare(
  { entry, problem, digest }: Exclude<Digested, ZipDamage>,
  prefix: Uint8Array,
  comparison: EntryComparison,
): Promise<void> {
  const { member, doubt } = zipMember(entry, "link" in digest ? digest.link : undefined);
  const found = entryOfMember({ member, ...("sha256" in digest && { sha256: digest.sha256 }) }, prefix);
  const wrong = problem ?? ("problem" in digest ? digest.problem : undefined) ?? doubt;
  const name = entry.name.toString();
  if (typeof found === "string") comparison.findings.push({ path: name, problem: "extra", detail: `it ${found}` });
  else if (found === undefined && wrong !== undefined)
    comparison.damaged({ problem: "changed", detail: `${name}: ${wrong}` });
  else if (found !== undefined && wrong !== undefined) await comparison.broken(found, wrong);
  else if (found !== undefined) await comparison.found(found, "unplaced");
}
