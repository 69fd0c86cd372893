import { addAbortSignal } from "node:stream";
import { ColdstoreError } from "../model/errors.ts";
import type { Digest } from "../model/manifest.ts";
import type { LooseOptions } from "./check-loose-archive.ts";
import type { ArchiveFinding } from "./compare-entries.ts";
import { FileTally } from "./file-tally.ts";
import type { Vouched } from "./find-companions.ts";
import { readTarLoosely } from "./read-loosely.ts";
import { SidecarCheck } from "./sidecar-check.ts";
import { sniffArchive } from "./sniff-archive.ts";

export interface SidecarChecked {
  /** Of the file, as far as it was read. */
  readonly artifact: Digest;
  readonly findings: readonly ArchiveFinding[];
}

/**
 * Reads an archive of coldstore 1.x whole and compares it, and each entry in it, with what its sidecar says; no finding means
 * that all of it is right. A file that isn't a whole archive is a finding too.
 */
export async function checkSidecar(
  options: LooseOptions,
  vouched: Extract<Vouched, { readonly kind: "sidecar" }>,
): Promise<SidecarChecked> {
  const { io } = options;
  io.signal.throwIfAborted();
  const source = addAbortSignal(io.signal, await options.open());
  const tally = new FileTally(io);
  const check = new SidecarCheck(vouched);
  try {
    const { format, content } = await sniffArchive(tally.through(source));
    if (format === "zip") throw new ColdstoreError("integrity", "it is a zip, and coldstore 1.x made none");
    await readTarLoosely(content, [check]);
    const artifact = tally.digest();
    return { artifact, findings: await check.findings(artifact) };
  } catch (error) {
    io.signal.throwIfAborted();
    if (!(error instanceof ColdstoreError) || !["integrity", "not-found"].includes(error.failure)) throw error;
    return { artifact: tally.digest(), findings: [{ problem: "changed", detail: error.message }] };
  } finally {
    source.destroy();
  }
}
