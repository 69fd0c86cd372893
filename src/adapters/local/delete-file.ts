import { chmod, rm, unlink } from "node:fs/promises";
import { statOrAbsent } from "./compare-file.ts";
import { errnoOf, saysAbsent } from "./disk-error.ts";
import { removeEmptyFolders } from "./publish-file.ts";

/** Removes a store's file, and the folders above it that this leaves empty. Absent is fine; what isn't a plain file stays. */
export async function deleteFile(root: string, path: string): Promise<void> {
  const stat = await statOrAbsent(path);
  if (stat !== undefined && !stat.isFile()) return;
  if (stat !== undefined) await unlinkFile(path);
  await removeEmptyFolders(root, path);
}

async function unlinkFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (saysAbsent(error)) return;
    if (errnoOf(error) !== "EPERM" || process.platform !== "win32") throw error;
    // Windows removes no read-only file.
    await chmod(path, 0o666);
    await rm(path, { force: true });
  }
}
