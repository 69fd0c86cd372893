import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { Entry } from "../../src/model/entry.ts";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import type { Scratch } from "../../src/ports/workspace.ts";
import { readFileList } from "../../src/steps/file-list.ts";
import { packArchive, type PackedArtifact, type PackSummary } from "../../src/steps/pack-archive.ts";

export const quiet = { signal: new AbortController().signal, progress: () => {} };

/** A scratch folder of the test's own. */
export function temporaryScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "coldstore-pack-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface Packed {
  readonly artifacts: readonly PackedArtifact[];
  readonly summary: PackSummary;
  /** The bytes of an archive, or of the file list. */
  bytes(ending: ArchiveFormat | "files.jsonl.gz"): Promise<Buffer>;
  one(format: ArchiveFormat): PackedArtifact;
  entries(): Promise<Entry[]>;
}

/** Packs a tar whose members all lie in `p/`. */
export async function pack(
  tar: Uint8Array | Readable,
  scratch: Scratch,
  options: { readonly level?: number; readonly formats?: readonly ArchiveFormat[]; readonly prefix?: string } = {},
): Promise<Packed> {
  const { level = 6, formats = ["tar.gz", "tar"], prefix = "p/" } = options;
  const source = tar instanceof Readable ? tar : Readable.from(chunksOf(tar, 50_000), { objectMode: false });
  const packing = packArchive({ tar: source, prefix, name: "app", formats, level, scratch, io: quiet });
  const artifacts: PackedArtifact[] = [];
  let next = await packing.next();
  for (; next.done !== true; next = await packing.next()) artifacts.push(next.value);
  const bytes: Packed["bytes"] = async (ending) => readFile(scratch.file(`app.${ending}`));
  return {
    artifacts,
    summary: next.value,
    bytes,
    one: (format) => artifacts.find((artifact) => artifact.format === format)!,
    entries: async () => Array.fromAsync(readFileList(Readable.from([gunzipSync(await bytes("files.jsonl.gz"))]))),
  };
}

export function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Seed and count of a sweep, as the environment asks for them. */
export function sweep(count: number): { seed: number; numRuns: number } {
  const { COLDSTORE_TEST_SEED: seed, COLDSTORE_TEST_COUNT: wanted } = process.env;
  return { seed: seed === undefined ? 20261123 : Number(seed), numRuns: wanted === undefined ? count : Number(wanted) };
}
