import { ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { LfsPointer } from "../model/details.ts";
import type { Repository } from "../ports/repository.ts";
import { textOf } from "./byte-text.ts";
import type { FileEntry } from "./entry-content.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { missingLfsError, withoutContent } from "./lfs-content.ts";
import { parsePointer, pointerLimit } from "./lfs-pointer.ts";

/** Names every Git LFS content that these entries want and their clones haven't got, clone by clone. */
export async function explainMissing(entries: readonly FolderEntry[], signal: AbortSignal): Promise<ColdstoreError> {
  const pointers = Map.groupBy(await pointersAmong(entries, signal), ({ lfs }) => lfs);
  const errors: ColdstoreError[] = [];
  for (const [lfs, found] of pointers) {
    const missing = await withoutContent(
      lfs,
      found.map(({ pointer }) => pointer),
    );
    if (missing.length > 0) errors.push(missingLfsError(missing, "HEAD", lfs.facts.workTree));
  }
  const [only = cameMeanwhile()] = errors;
  return errors.length > 1 ? new SeveralErrors(errors) : only;
}

function cameMeanwhile(): ColdstoreError {
  const message = "Git LFS contents were fetched while the folder was being read; run again";
  return new ColdstoreError("source", message, { transient: true });
}

interface FoundPointer {
  readonly pointer: LfsPointer;
  readonly lfs: Repository;
}

async function pointersAmong(entries: readonly FolderEntry[], signal: AbortSignal): Promise<readonly FoundPointer[]> {
  const found: FoundPointer[] = [];
  const note = ({ path, lfs }: FileEntry, data: Uint8Array | undefined): void => {
    const pointer = data === undefined ? undefined : parsePointer(data, textOf(path));
    if (pointer !== undefined && lfs !== undefined) found.push({ pointer, lfs });
  };
  const small = entries.filter((entry) => entry.type === "file").filter(canBePointer);
  for (const entry of small) {
    signal.throwIfAborted();
    const { content } = entry;
    if (content.kind === "disk") note(entry, content.disk.read(content.path, content.looked));
  }
  const inBlobs = small.flatMap((entry) => (entry.content.kind === "blob" ? [{ entry, blob: entry.content }] : []));
  for (const [repository, group] of Map.groupBy(inBlobs, ({ blob }) => blob.repository)) {
    let i = 0;
    for await (const { data } of repository.blobs(
      group.map(({ blob }) => blob.oid),
      signal,
    )) {
      const entry = group[i++]?.entry;
      if (entry !== undefined) note(entry, data);
    }
  }
  return found;
}

/** Whether a file is small enough, and in a clone that would have the content. */
export function canBePointer({ bytes, lfs }: FileEntry): boolean {
  return lfs !== undefined && bytes <= pointerLimit;
}
