import { ColdstoreError } from "../model/errors.ts";
import type { BytePath, DiskEntry, FolderDisk } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";

// Longer ones can't be made. Source: path_resolution(7), PATH_MAX.
const mostBytes = 4095;

/**
 * The target that a file holds which stands for a symbolic link; undefined for one that can't be meant so. Throws `source` when it
 * changes meanwhile.
 */
export function linkInFile(disk: FolderDisk, path: BytePath, looked: DiskEntry): BytePath | undefined {
  if (looked.bytes === 0 || looked.bytes > mostBytes) return undefined;
  const data = disk.read(path, looked);
  if (data === undefined)
    throw new ColdstoreError(
      "source",
      `${textOf(path)} changes while it is being read; run again when nothing writes to it`,
      {
        transient: true,
      },
    );
  const target = Buffer.from(data).toString("latin1");
  return target.includes("\0") ? undefined : target;
}
