import { textOf } from "./byte-text.ts";
import type { LfsPointer } from "../model/details.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { parsePointer, pointerLimit } from "./lfs-pointer.ts";

/** The Git LFS pointers among a folder's entries; files that can't be read any more are none. */
export async function findFolderPointers(
  entries: readonly FolderEntry[],
  signal: AbortSignal,
): Promise<readonly LfsPointer[]> {
  const pointers: LfsPointer[] = [];
  for (const entry of entries) {
    signal.throwIfAborted();
    if (entry.type !== "file" || entry.lfs === undefined || entry.bytes > pointerLimit) continue;
    const pointer = await pointerIn(entry, signal);
    if (pointer !== undefined) pointers.push(pointer);
  }
  return pointers;
}

async function pointerIn(
  { path, content }: Extract<FolderEntry, { type: "file" }>,
  signal: AbortSignal,
): Promise<LfsPointer | undefined> {
  const text = textOf(path);
  if (content.kind === "disk") {
    const data = content.disk.read(content.path, content.looked);
    return data && parsePointer(data, text);
  }
  for await (const { data } of content.repository.blobs([content.oid], signal)) return parsePointer(data, text);
  return undefined;
}
