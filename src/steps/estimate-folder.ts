import type { Plan } from "../model/details.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { TreeEntry } from "../ports/repository.ts";
import { textOf } from "./byte-text.ts";
import { estimateSizes } from "./estimate-size.ts";
import type { ContentReader, WantedContent } from "./fill-samples.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { tarBytesOf, tarOffsets } from "./folder-tar.ts";
import { atHand, diskFileOf } from "./fetch-ahead.ts";
import { lfsPart } from "./lfs-content.ts";
import { SampleGrid } from "./sample-grid.ts";

/** A folder whose archives' sizes are wanted. */
export interface FolderToMeasure {
  readonly entries: readonly FolderEntry[];
  readonly prefix: string;
  readonly formats: readonly ArchiveFormat[];
  readonly level?: number | undefined;
}

/** The size of a folder's archive in each format, told by samples of its files. */
export async function estimateFolder(folder: FolderToMeasure, signal: AbortSignal): Promise<Plan["sizes"]> {
  const { entries, prefix, formats, level } = folder;
  const grid = new SampleGrid<SampledFile>();
  for (const { entry, offset } of tarOffsets(entries, prefix)) grid.add(sampled(entry), offset);
  const tarBytes = tarBytesOf(entries, prefix);
  const isFar = entries.some(hasToBeFetched);
  const order = { grid, tarBytes, tarIsExact: true, prefix, mtime: 0, formats, level };
  return estimateSizes(
    isFar ? { ...order, read: fetchFiles, mostSamples: farSamples } : { ...order, read: readFiles },
    signal,
  );
}

// What they hold of large files costs a process each, and some 50 KiB.
const farSamples = 64;

// Below that a file is fetched whole, with many others at once.
const smallBytes = 1024 * 1024;

function hasToBeFetched(entry: FolderEntry): boolean {
  return diskFileOf(entry)?.disk.fetch !== undefined;
}

interface SampledFile extends Pick<TreeEntry, "path" | "type" | "executable" | "bytes"> {
  readonly of: FolderEntry;
}

function sampled(entry: FolderEntry): SampledFile {
  const { type, mode } = entry;
  const bytes = entry.type === "file" ? entry.bytes : 0;
  return { path: textOf(entry.path), type, executable: (mode & 0o100) !== 0, bytes, of: entry };
}

type Give = Parameters<ContentReader<SampledFile>>[1];

const readFiles: ContentReader<SampledFile> = async (wanted, give, signal) => {
  for (const each of wanted) {
    await readPart(each, give, signal);
    give({ entry: each.entry, offset: each.to, data: new Uint8Array(), last: true });
  }
};

/** Small files come together, of large ones only what is looked at. */
const fetchFiles: ContentReader<SampledFile> = async (wanted, give, signal) => {
  const [small, large] = [true, false].map((isSmall) =>
    wanted.filter(({ entry }) => entry.bytes <= smallBytes === isSmall),
  );
  const fileOf = ({ entry }: WantedContent<SampledFile>) => diskFileOf(entry.of);
  for await (const stretch of atHand(small ?? [], fileOf, signal)) await readFiles(stretch, give, signal);
  for (const { entry, parts, to } of large ?? []) {
    for (const part of parts) await readPart({ entry, ...part }, give, signal);
    give({ entry, offset: to, data: new Uint8Array(), last: true });
  }
};

type Part = Omit<WantedContent<SampledFile>, "parts">;

async function readPart(part: Part, give: Give, signal: AbortSignal): Promise<void> {
  let offset = startOf(part);
  for await (const data of contentOf(part, signal)) {
    if (offset >= part.to) break;
    if (offset + data.length > part.from) give({ entry: part.entry, offset, data, last: false });
    offset += data.length;
    if (offset >= part.to) break;
  }
}

/** A submodule's files are read from their start, all others from where they are wanted on. */
function startOf({ entry: { of }, from }: Part): number {
  const isBlob = of.type === "file" && of.pointer === undefined && of.content.kind === "blob";
  return isBlob ? 0 : from;
}

async function* contentOf(
  { entry: { of }, from, to }: Part,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (of.type !== "file") return;
  const { content, pointer, lfs: repository } = of;
  if (pointer !== undefined) {
    if (repository !== undefined) yield* lfsPart({ repository, pointer, signal }, { from, to });
  } else if (content.kind === "disk") yield* content.disk.stream(content.path, content.looked, signal, from);
  else
    for await (const pieces of content.repository.blobPieces([content.oid], signal))
      for (const { data } of pieces) yield data;
}
