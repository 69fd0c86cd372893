import type { Plan } from "../model/details.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { folderTar } from "./folder-tar.ts";
import { measureArchive } from "./measure-archive.ts";

/** A folder whose archives' sizes are wanted. */
export interface FolderToMeasure {
  readonly entries: readonly FolderEntry[];
  readonly prefix: string;
  readonly lfs: "fail" | "include" | "pointers";
  readonly formats: readonly ArchiveFormat[];
  readonly level?: number | undefined;
}

/** The size of a folder's archive in each format. */
export async function estimateFolder(folder: FolderToMeasure, signal: AbortSignal): Promise<Plan["sizes"]> {
  const { prefix, formats, level } = folder;
  const tar = folderTar({ ...folder, mtimeOfPrefix: 0, signal });
  const io = { signal, progress: () => undefined };
  return (await measureArchive({ tar, prefix, formats, ...(level !== undefined && { level }), io })).sizes;
}
