import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "./disk-error.ts";

/**
 * Makes a folder and those above it that are missing; gives the ones it made, the deepest first. Rejects with the errno of the
 * folder that can't be made: the recursive mkdir of Node 24 says ENOENT for a read-only file system. Rejects with ENOENT too
 * when another process removes one of them meanwhile.
 */
export async function makeFolders(path: string): Promise<readonly string[]> {
  try {
    return await makeOne(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || dirname(path) === path) throw error;
  }
  const above = await makeFolders(dirname(path));
  return [...(await makeOne(path)), ...above];
}

async function makeOne(path: string): Promise<readonly string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || !(await isFolder(path, error))) throw error;
    return [];
  }
}

/** Whether a folder is there; rejects with ENOENT when what was there a moment ago, by the error, is gone. */
async function isFolder(path: string, earlier: unknown): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errnoOf(earlier) === "EEXIST") throw error;
    return false;
  }
}
