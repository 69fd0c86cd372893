import { ColdstoreError } from "../../model/errors.ts";
import type { Io, SmallObject } from "../../ports/store.ts";
import { diskError } from "./disk-error.ts";
import { keyPath } from "./key-path.ts";
import { openObject } from "./open-object.ts";

const mostBytes = 64 * 1024 * 1024;

/** One small object whole; one that isn't small is an error, for it could fill the memory. Rejects for an abort alone. */
export async function readSmall(root: string, key: string, io: Io): Promise<SmallObject> {
  try {
    const data = await readWhole(keyPath(root, key), key, io.signal);
    if (data === undefined) return { key, missing: true };
    if (data.length > 0) io.progress({ key, bytes: data.length });
    return { key, data };
  } catch (error) {
    io.signal.throwIfAborted();
    return { key, error: diskError(error, "read", key) };
  }
}

async function readWhole(path: string, key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const handle = await openObject(path);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size >= mostBytes)
      throw new ColdstoreError(
        "integrity",
        `${key} has ${size} bytes, far more than a record of ours. Look what it is.`,
      );
    return await handle.readFile({ signal });
  } finally {
    await handle.close();
  }
}
