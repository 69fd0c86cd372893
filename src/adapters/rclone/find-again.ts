import type { BytePath } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import { fitsLine } from "./entry-name.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";

/** A file, and what it was when it was listed. */
export interface ListedFile {
  readonly path: BytePath;
  readonly of: RemoteFile;
}

/** Looks at files that were listed once more; `now` is absent for those that are gone. One that is the same keeps its listed time. */
export async function findAgain<F extends ListedFile>(
  rclone: Rclone,
  { files, hashes }: { readonly files: readonly F[]; readonly hashes: readonly string[] },
  io: Io,
): Promise<readonly (F & { readonly now?: RemoteFile })[]> {
  const paths = files.map(({ of }) => of.path).filter(fitsLine);
  const found = new Map((await rclone.find(paths, hashes, io)).map((file) => [file.path, file]));
  return files.map((each) => {
    // Rclone lists no such name; whatever did knows it as it is.
    if (!fitsLine(each.of.path)) return { ...each, now: each.of };
    const now = found.get(each.of.path);
    return now === undefined ? each : { ...each, now: isSame(now, each.of) ? each.of : now };
  });
}

function isSame(now: RemoteFile, before: RemoteFile): boolean {
  return now.bytes === before.bytes && hasDigests(now, before) && hasTime(now, before);
}

function hasDigests({ hashes: now }: RemoteFile, { hashes: before }: RemoteFile): boolean {
  return Object.keys({ ...now, ...before }).every((kind) => now[kind] === before[kind]);
}

/** Where there is a digest a time tells nothing more: remotes may give it now as the file's own, now as their own. */
function hasTime(now: RemoteFile, before: RemoteFile): boolean {
  return Object.keys(now.hashes).length > 0 || now.modified?.getTime() === before.modified?.getTime();
}
