import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { Entry } from "../../src/model/entry.ts";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import type { SetFile } from "../../src/model/set-file.ts";
import type { Scratch } from "../../src/ports/workspace.ts";
import { readFileList } from "../../src/steps/file-list.ts";
import { packArchive, type PackOptions, type PackSummary } from "../../src/steps/pack-archive.ts";

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
  readonly artifacts: readonly SetFile[];
  readonly summary: PackSummary;
  /** The bytes of an archive, or of the file list. */
  bytes(ending: ArchiveFormat | "files.jsonl.gz"): Promise<Buffer>;
  one(format: ArchiveFormat): SetFile;
  entries(): Promise<Entry[]>;
}

/** Packs a tar whose members all lie in `p/`. */
export async function pack(
  tar: Uint8Array | AsyncIterable<Uint8Array>,
  scratch: Scratch,
  options: Partial<Pick<PackOptions, "level" | "formats" | "prefix" | "splitSize">> = {},
): Promise<Packed> {
  const { formats = ["tar.gz", "tar"], prefix = "p/", ...how } = options;
  const source = tar instanceof Uint8Array ? Readable.from(chunksOf(tar, 50_000), { objectMode: false }) : tar;
  const packing = packArchive({ tar: source, prefix, name: "app", formats, ...how, scratch, io: quiet });
  const artifacts: SetFile[] = [];
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
