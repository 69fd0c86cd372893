import { ColdstoreError } from "../model/errors.ts";
import type { DiskEntry } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import type { ContentSource, FolderEntry } from "./folder-entry.ts";

export type FileEntry = Extract<FolderEntry, { readonly type: "file" }>;
export type DiskContent = Extract<ContentSource, { readonly kind: "disk" }>;

/** A file as it is found when its turn comes. */
export interface FoundFile {
  readonly mode: number;
  readonly mtime: number;
  readonly looked: DiskEntry;
  /** Absent for a file over 4 MiB: it is to be streamed, and must not change until its end. */
  readonly data?: Uint8Array;
}

/** Bytes of a file that is read whole, so that a change meanwhile costs no more than another reading. */
const wholeLimit = 4 * 1024 * 1024;

const tries = 3;

/**
 * Reads a small file whole, and looks at a large one again. What changed since it was looked at is taken as it is now: size,
 * executable bit, and time where the entry had the file's own. Throws `source` for a file that changes at each of three tries,
 * and a transient one when it is gone.
 */
export function findFile(entry: FileEntry, content: DiskContent): FoundFile {
  const { disk, path, looked: first } = content;
  let looked = first.bytes > wholeLimit ? lookAgain(entry, disk.look(path)) : first;
  for (let i = 0; i < tries; i++) {
    const head = { ...headNow(entry, content, looked), looked };
    if (looked.bytes > wholeLimit) return head;
    const data = disk.read(path, looked);
    if (data !== undefined) return { ...head, data };
    looked = lookAgain(entry, disk.look(path));
  }
  throw new ColdstoreError(
    "source",
    `${textOf(entry.path)} changes while it is being read; run again when nothing writes to it, or leave it out with exclude`,
  );
}

function lookAgain({ path }: FileEntry, now: DiskEntry | undefined): DiskEntry {
  if (now?.type === "file") return now;
  const became = now === undefined ? "vanished" : `became a ${now.type === "dir" ? "folder" : now.type}`;
  throw new ColdstoreError(
    "source",
    `${textOf(path)} ${became} while the folder was being read; run again when nothing writes to it, or leave it out with exclude`,
    { transient: true },
  );
}

function headNow(
  { mode, mtime }: FileEntry,
  { looked: first, ownTime }: DiskContent,
  now: DiskEntry,
): { mode: number; mtime: number } {
  return {
    mode: now.executable === first.executable ? mode : now.executable ? 0o755 : 0o644,
    mtime: ownTime ? now.mtime : mtime,
  };
}
