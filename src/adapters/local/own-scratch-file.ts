import { lstat, open, type FileHandle } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { diskError, errnoOf } from "./disk-error.ts";

export interface OwnScratch {
  /** The folder in the store whose finished files it may take as they are. */
  readonly folder: string;
  /** Permission bits that stored files get. */
  readonly mode: number;
}

/**
 * The path of an artifact's file when a store can take that very file, now read-only and durable; undefined when it has to be
 * copied: it is in memory, not in the store's own scratch (someone may still change it), or has a second name already,
 * which would make one file of two objects. Rejects with `integrity` when its size isn't the artifact's.
 */
export async function ownScratchFile(artifact: Artifact, scratch: OwnScratch): Promise<string | undefined> {
  if (!("file" in artifact.body)) return undefined;
  const file = resolve(artifact.body.file);
  if (!file.startsWith(scratch.folder + sep)) return undefined;
  try {
    const { nlink, size } = await lstat(file);
    if (nlink > 1) return undefined;
    if (size !== artifact.bytes) throw changed(artifact, size);
    await makeDurable(file, scratch.mode);
    return file;
  } catch (error) {
    throw diskError(error, "store", file);
  }
}

async function makeDurable(file: string, mode: number): Promise<void> {
  const handle = await openForSync(file);
  try {
    // File systems without permissions refuse it.
    await handle.chmod(mode).catch(() => {});
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Windows flushes only what is open for writing; a file that an earlier try made read-only can't be opened so. */
async function openForSync(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r+");
  } catch (error) {
    const code = errnoOf(error);
    if (code === "EACCES" || code === "EPERM") return open(file, "r");
    throw error;
  }
}

function changed(artifact: Artifact, size: number): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `the scratch file of ${artifact.name} has ${size} bytes, not the ${artifact.bytes} that were made: something changed it. Run again.`,
  );
}
