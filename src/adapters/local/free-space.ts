import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { saysAbsent } from "./disk-error.ts";

/** Bytes that an ordinary user may still write where a path is or would be made; undefined where the system doesn't tell. */
export async function freeBytes(path: string): Promise<number | undefined> {
  const parent = dirname(path);
  try {
    const { bavail, bsize, blocks } = await statfs(path);
    // Some network and FUSE file systems answer with zeros.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch (error) {
    if (!saysAbsent(error) || parent === path) return undefined;
  }
  return freeBytes(parent);
}
