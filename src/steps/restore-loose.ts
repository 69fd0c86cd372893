import { addAbortSignal } from "node:stream";
import { ColdstoreError } from "../model/errors.ts";
import type { ArchiveFormat, Digest } from "../model/manifest.ts";
import type { BytePath } from "../ports/folder.ts";
import type { Io } from "../ports/store.ts";
import { EntryGuard } from "./entry-guard.ts";
import { FileTally } from "./file-tally.ts";
import { type Expansion, LooseFiller } from "./fill-loosely.ts";
import type { Vouched } from "./find-companions.ts";
import { nameSome } from "./name-some.ts";
import { type LooseFacts, readTarLoosely, readZipLoosely } from "./read-loosely.ts";
import type { RestoreEnd, RestoreOrder } from "./restore-source.ts";
import { SidecarCheck } from "./sidecar-check.ts";
import { type SniffedArchive, sniffArchive } from "./sniff-archive.ts";
import type { RangedFile } from "./zip-directory.ts";

export interface LooseOrder extends RestoreOrder {
  /** What lies beside the archive and says what it has to be; absent: nothing does. */
  readonly vouched?: Vouched;
  /** Of the links, those that the target takes; absent: all. */
  wants?(path: BytePath): boolean;
}

export interface LooseEnd extends RestoreEnd {
  readonly format: ArchiveFormat;
  /** Size and digest of the file. */
  readonly artifact: Digest;
  /** The commit that the archive says it is of. */
  readonly commit?: string;
  /** What of it was checked and what wasn't, and what a person should know of its names: sentences without a full stop. */
  readonly notes: readonly string[];
}

/**
 * Fills a target from a tar, tar.gz, tar.zst or zip that has no manifest, whoever made it: entries as they are there, nothing
 * taken from their paths, a hard link as a copy. Rejects with `not-found` for a file that is none of these, with `integrity` for
 * one that is damaged, could be read in two ways or isn't what lies beside it says, and with `unsafe` for what must not be made.
 */
export async function restoreLoose(
  file: RangedFile,
  order: LooseOrder,
  limits: Expansion,
  { signal }: Io,
): Promise<LooseEnd> {
  signal.throwIfAborted();
  const source = addAbortSignal(signal, await file.open());
  try {
    const tally = new FileTally({ signal, progress: () => undefined });
    const sniffed = await sniffArchive(tally.through(source));
    const guard = new EntryGuard({ ...order, traits: order.target.traits });
    const filler = new LooseFiller(order, guard, limits);
    const sidecar = order.vouched?.kind === "sidecar" ? new SidecarCheck(order.vouched) : undefined;
    const facts =
      sniffed.format === "zip"
        ? await readZipLoosely(sniffed.content, file, filler)
        : await readTarLoosely(sniffed.content, sidecar === undefined ? [filler] : [sidecar, filler]);
    const artifact = tally.digest();
    await expectVouched(artifact, order.vouched, sidecar);
    const { format } = sniffed;
    const { commit } = facts;
    const notes = notesOf(sniffed, facts, order.vouched);
    return { ...guard.finish(), counts: filler.counts, files: 0, format, artifact, notes, ...(commit && { commit }) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    source.destroy();
  }
}

async function expectVouched(
  artifact: Digest,
  vouched: Vouched | undefined,
  sidecar: SidecarCheck | undefined,
): Promise<void> {
  if (vouched?.kind === "checksum" && artifact.sha256 !== vouched.sha256)
    throw changed(vouched.file, `it has the digest ${artifact.sha256}, not ${vouched.sha256}`);
  const wrong = (await sidecar?.findings(artifact)) ?? [];
  const named = wrong.map(({ path, detail }) => (path === undefined ? detail : `${path}: ${detail}`));
  if (named.length > 0) throw changed(vouched?.file ?? "", nameSome(named));
}

function changed(file: string, what: string): ColdstoreError {
  return new ColdstoreError("integrity", `the archive isn't what ${file} says: ${what}; use another copy of it`);
}

const ownChecks: Readonly<Record<ArchiveFormat, string>> = {
  tar: "of a tar, headers alone have a checksum: what is in its files was not checked",
  "tar.gz": "the gzip's own CRC-32 and length are right",
  "tar.zst": "zstd's own checksums are right, where it has any",
  zip: "every entry's own CRC-32 and length are right",
};

function notesOf({ format }: SniffedArchive, { guessed }: LooseFacts, vouched: Vouched | undefined): string[] {
  const checks =
    vouched === undefined ? [`nothing beside it says what it should be; ${ownChecks[format]}, which is no proof`] : [];
  if (guessed.length === 0) return checks;
  return [...checks, `names in no code that the zip tells were read as code page 437: ${nameSome(guessed)}`];
}
