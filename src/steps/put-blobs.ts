import { ColdstoreError } from "../model/errors.ts";
import type { Repository } from "../ports/repository.ts";
import { textOf } from "./byte-text.ts";
import type { FileEntry } from "./entry-content.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { pointerLimit } from "./lfs-pointer.ts";
import type { EntryPutter, Rest } from "./put-entries.ts";

/** Neighbouring entries whose files are blobs of one repository, read by one process. */
export interface BlobRun {
  readonly repository: Repository;
  readonly entries: readonly FolderEntry[];
}

// A list of ids that is always short, for a process that costs a few milliseconds.
const mostEntries = 20_000;

/** The run that starts here; undefined when the entry isn't a file whose content is a blob. */
export function blobRunAt(entries: readonly FolderEntry[], at: number): BlobRun | undefined {
  const repository = repositoryOf(entries[at]);
  if (repository === undefined) return undefined;
  const most = Math.min(entries.length, at + mostEntries);
  let end = at + 1;
  while (end < most && (entries[end]?.type !== "file" || repositoryOf(entries[end]) === repository)) end += 1;
  return { repository, entries: entries.slice(at, end) };
}

function repositoryOf(entry: FolderEntry | undefined): Repository | undefined {
  return entry?.type === "file" && entry.content.kind === "blob" ? entry.content.repository : undefined;
}

/** Puts the entries of a run into a tar. */
export async function* putBlobs(
  { repository, entries }: BlobRun,
  put: EntryPutter,
  signal: AbortSignal,
): NonNullable<Rest> {
  const blobs = entries.flatMap((entry) =>
    entry.type === "file" && entry.content.kind === "blob" ? [entry.content.oid] : [],
  );
  const waiting = entries.values();
  let current: FileEntry | undefined;
  let small: Uint8Array[] = [];
  for await (const pieces of repository.blobPieces(blobs, signal)) {
    for (const { offset, data, last } of pieces) {
      if (offset === 0) current = nextFile(waiting, put);
      if (current === undefined) throw new ColdstoreError("bug", "more blobs were read than asked for");
      const whole = current.pointer !== undefined || current.bytes <= pointerLimit;
      if (offset === 0 && !whole) put.start(current);
      if (whole) small.push(data);
      else yield* put.piece(data);
      if (!last) continue;
      const rest = whole ? put.small(current, Buffer.concat(small)) : put.end(current);
      small = [];
      if (rest !== undefined) yield* rest;
    }
  }
  const unread = nextFile(waiting, put);
  if (unread !== undefined) throw new ColdstoreError("bug", `the blob of ${textOf(unread.path)} wasn't read`);
}

/** The next file of a run, after the folders and links before it were put. */
function nextFile(waiting: Iterator<FolderEntry>, put: EntryPutter): FileEntry | undefined {
  for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
    if (next.value.type === "file") return next.value;
    put.plain(next.value);
  }
  return undefined;
}
