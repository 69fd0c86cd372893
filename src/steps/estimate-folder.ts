import type { Plan } from "../model/details.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { TreeEntry } from "../ports/repository.ts";
import { textOf } from "./byte-text.ts";
import { estimateSizes } from "./estimate-size.ts";
import type { ContentReader, WantedContent } from "./fill-samples.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { tarBytesOf, tarOffsets } from "./folder-tar.ts";
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
  return estimateSizes({ grid, tarBytes, tarIsExact: true, prefix, mtime: 0, read: readFiles, formats, level }, signal);
}

interface SampledFile extends Pick<TreeEntry, "path" | "type" | "executable" | "bytes"> {
  readonly of: FolderEntry;
}

function sampled(entry: FolderEntry): SampledFile {
  const { type, mode } = entry;
  const bytes = entry.type === "file" ? entry.bytes : 0;
  return { path: textOf(entry.path), type, executable: (mode & 0o100) !== 0, bytes, of: entry };
}

const readFiles: ContentReader<SampledFile> = async (wanted, give, signal) => {
  for (const each of wanted) {
    let offset = startOf(each);
    for await (const data of contentOf(each, signal)) {
      if (offset >= each.to) break;
      if (offset + data.length > each.from) give({ entry: each.entry, offset, data, last: false });
      offset += data.length;
    }
    give({ entry: each.entry, offset, data: new Uint8Array(), last: true });
  }
};

/** Git LFS contents are read from where they are wanted on, all others from their start. */
function startOf({ entry: { of }, from }: WantedContent<SampledFile>): number {
  return of.type === "file" && of.pointer !== undefined ? from : 0;
}

async function* contentOf(
  { entry: { of }, from, to }: WantedContent<SampledFile>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (of.type !== "file") return;
  const { content, pointer, lfs: repository } = of;
  if (pointer !== undefined) {
    if (repository !== undefined) yield* lfsPart({ repository, pointer, signal }, { from, to });
  } else if (content.kind === "disk") yield* content.disk.stream(content.path, content.looked, signal);
  else
    for await (const pieces of content.repository.blobPieces([content.oid], signal))
      for (const { data } of pieces) yield data;
}
