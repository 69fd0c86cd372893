import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { saysAbsent } from "./disk-error.ts";

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

/** Whether there is a file, or a link to one. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** The nearest folder, from this one up, that has a `.git`; undefined when none has. */
export async function repositoryRoot(folder: string): Promise<string | undefined> {
  for (let here = folder; ; here = dirname(here)) {
    if (await exists(join(here, ".git"))) return here;
    if (dirname(here) === here) return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
