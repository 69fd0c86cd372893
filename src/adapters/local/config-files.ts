import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { errnoOf, saysAbsent } from "./disk-error.ts";

const largestConfig = 1024 * 1024;

/** A text file whole; undefined when there is none. Rejects with `settings` for one that is no file, or too large to be meant. */
export async function readConfigFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > largestConfig)
      throw new ColdstoreError("settings", `${path} has ${size} bytes; a config file has 1 MiB at most`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}

/** The file that a path leads to, its links followed; undefined for a folder and when there is nothing. */
export async function realFile(path: string): Promise<string | undefined> {
  return (await isFile(path)) ? realpath(path) : undefined;
}

/** Whether there is a file, or a link to one. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** The nearest folder, from this one up, that has a `.git`; undefined when none has. Rejects with `source` if that can't be told. */
export async function repositoryRoot(folder: string): Promise<string | undefined> {
  for (let here = folder; ; here = dirname(here)) {
    if (await exists(join(here, ".git"), folder)) return here;
    if (dirname(here) === here) return undefined;
  }
}

async function exists(path: string, asked: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if (errnoOf(cause) !== "EACCES") return false;
    const advice = "give the user that runs Coldstore access to it, or use a clone of your own";
    throw new ColdstoreError("source", `the folder ${asked} can't be read: permission denied; ${advice}`, { cause });
  }
}
