import { stat, statfs } from "node:fs/promises";
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

/** A word for the disk that a path is or would be on: the same for paths on the same one. Undefined where the system doesn't tell. */
export async function diskOf(path: string): Promise<string | undefined> {
  const parent = dirname(path);
  try {
    return String((await stat(path)).dev);
  } catch (error) {
    if (!saysAbsent(error) || parent === path) return undefined;
  }
  return diskOf(parent);
}
