import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import { readablePath } from "../local/native-path.ts";
import { isDoubtful } from "./entry-name.ts";
import type { FarFiles } from "./far-files.ts";
import { findAgain, type ListedFile } from "./find-again.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { remoteError } from "./remote-error.ts";

/** What is listed of these, with the digests that the listing hasn't got; what has vanished meanwhile is as it was. */
export async function filesWithDigests(
  far: FarFiles,
  paths: readonly BytePath[],
  io: Io,
): Promise<readonly ListedFile[]> {
  const wanted = listed(far, paths);
  const unknown = wanted.filter(({ of }) => Object.keys(of.hashes).length === 0);
  if (!far.late || unknown.length === 0) return wanted;
  await renewAll(far, { files: unknown, isNoted: ({ now }) => now !== undefined }, io);
  return listed(far, paths);
}

/** Notes what the files are now: what has vanished is no longer listed. Rejects with `source` for one that can't be found by its name. */
export async function renewFiles(far: FarFiles, files: readonly ListedFile[], io: Io): Promise<void> {
  const isNoted = ({ path, of, now }: FoundFile): boolean => {
    if (now === undefined && isDoubtful(of.path)) throw unreachable(far.rclone, path);
    return true;
  };
  await renewAll(far, { files, isNoted }, io);
}

function listed({ tree }: FarFiles, paths: readonly BytePath[]): readonly ListedFile[] {
  return paths.flatMap((path) => {
    const of = tree.file(path);
    return of === undefined ? [] : { path, of };
  });
}

type FoundFile = ListedFile & { readonly now?: RemoteFile };

async function renewAll(
  { rclone, tree, hashes }: FarFiles,
  { files, isNoted }: { readonly files: readonly ListedFile[]; readonly isNoted: (each: FoundFile) => boolean },
  io: Io,
): Promise<void> {
  try {
    for (const each of await findAgain(rclone, { files, hashes }, io))
      if (isNoted(each)) tree.renew(each.path, each.now);
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw remoteError(thrown, `can't look again at files of ${rclone.name}`);
  }
}

/** By the name that it has there and in the archive, which exclude is compared with. */
function unreachable({ name }: Rclone, path: BytePath): ColdstoreError {
  const shown = readablePath(path);
  const [why, way] = shown.includes("\u201b")
    ? ["\u201b (U+201B), by which rclone quotes", "rename it there, set encoding = Raw for a remote of type local"]
    : ["bytes that aren't UTF-8, and with spaces around a name", "rename it there"];
  return new ColdstoreError(
    "source",
    `${shown} in ${name} can't be fetched under the name that rclone lists, as happens with ${why}; ${way}, or leave it out with exclude`,
  );
}
