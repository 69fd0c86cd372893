import { asColdstoreError } from "../../model/errors.ts";
import type { DeleteOutcome, Io } from "../../ports/store.ts";
import { concurrently } from "../local/concurrently.ts";
import type { Rclone } from "./rclone.ts";
import { assertKey } from "./remote-key.ts";
import { folderOf } from "./remote-path.ts";

const atOnce = 4;

/** Removes files one by one by their exact names, then folders that this left empty. Rejects for an abort alone. */
export async function* deleteKeys(rclone: Rclone, keys: readonly string[], io: Io): AsyncGenerator<DeleteOutcome> {
  const folders = new Set<string>();
  const remove = async (key: string): Promise<DeleteOutcome> => {
    try {
      assertKey(key);
      if ((await rclone.remove(key, io)) === "removed") folders.add(folderOf(key));
      return { key, outcome: "removed" };
    } catch (error) {
      io.signal.throwIfAborted();
      return { key, outcome: "failed", error: asColdstoreError(error) };
    }
  };
  yield* concurrently(keys, { limit: atOnce, signal: io.signal }, remove);
  if (folders.size > 0) await removeEmpty(rclone, folders, io);
}

/** What can't be told or removed stays: an empty folder harms nobody. */
async function removeEmpty(rclone: Rclone, folders: ReadonlySet<string>, io: Io): Promise<void> {
  try {
    const { folders: hasFolders, bucketBased } = await rclone.features(io);
    if (!hasFolders || bucketBased) return;
    const tried = new Set<string>();
    for (const lowest of folders)
      for (let folder = lowest; folder !== "" && !tried.has(folder); folder = folderOf(folder)) {
        tried.add(folder);
        if (!(await rclone.removeFolder(folder, io))) break;
        // The one above may have been tried while this was in it.
        tried.delete(folderOf(folder));
      }
  } catch {
    io.signal.throwIfAborted();
  }
}
