import { open } from "node:fs/promises";
import { diskError, errnoOf } from "./disk-error.ts";

// Windows opens no folder; some network file systems flush none, or none of another user's.
const unsupported = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EISDIR", "EPERM", "EACCES", "EBADF", "ENOSYS"]);

/** Makes the names in a folder durable, where the system knows how; a folder that is gone has none. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = errnoOf(error) ?? "";
    if (code !== "ENOENT" && !unsupported.has(code)) throw diskError(error, "flush", path);
  }
}
