import { type link, lstat, open, rename, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf, saysAbsent } from "./disk-error.ts";
import { foldersAbove } from "./key-path.ts";
import { makeFolders } from "./make-folders.ts";

/** `taken`: something of that name is there, and was left as it is. `no-links`: the file system can't; nothing was done. */
export type PublishResult = "created" | "taken" | "no-links";

export type Link = typeof link;

/** A whole file that is to be seen under its name. */
export interface Publication {
  readonly root: string;
  readonly source: string;
  readonly target: string;
}

/** A claim of one name on a file system without links. */
export interface Claim {
  /** A path in the store's scratch that is the same for all who want that name. */
  readonly path: string;
  /** How long a claim of another run is waited for before it is taken for dead; it is held for two system calls. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

// EISDIR: what libuv makes of Windows' word for "this file system has none" (ERROR_INVALID_FUNCTION).
const noLinks = new Set(["EISDIR", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV", "EINVAL", "UNKNOWN"]);

/** Gives a file its second, final name: link(2) fails if the name is taken, which decides between two writers. */
export async function publishByLink(publication: Publication, makeLink: Link): Promise<PublishResult> {
  try {
    await inFolder(publication, () => makeLink(publication.source, publication.target));
    return "created";
  } catch (error) {
    const code = errnoOf(error) ?? "";
    if (code === "EEXIST") return "taken";
    if (noLinks.has(code)) return "no-links";
    throw error;
  }
}

/**
 * Moves a file to its final name when that is free, for file systems without links. Rename overwrites, so the name is claimed
 * first by an exclusive create in scratch: what is seen under the name is whole at every moment, also after a kill.
 */
export async function publishByClaim(publication: Publication, claim: Claim): Promise<PublishResult> {
  await hold(claim);
  try {
    if (await isThere(publication.target)) return "taken";
    await inFolder(publication, () => rename(publication.source, publication.target));
    return "created";
  } finally {
    await rm(claim.path, { force: true });
  }
}

async function hold(claim: Claim): Promise<void> {
  let since = Date.now();
  let holder: string | undefined;
  while (!(await createdNew(claim.path))) {
    const seen = await identityOf(claim.path);
    if (seen !== holder) since = Date.now();
    holder = seen;
    if (Date.now() - since > claim.patienceMs) await rm(claim.path, { force: true });
    await sleep(5, undefined, { signal: claim.signal });
  }
}

async function createdNew(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  const stat = await lstat(path, { bigint: true }).catch(() => undefined);
  return stat && `${stat.ino}:${stat.mtimeNs}`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (saysAbsent(error)) return false;
    throw error;
  }
}

/** Names a file in a folder that is made when missing, and again when another run removes it as empty meanwhile. */
async function inFolder({ root, source, target }: Publication, name: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await name();
      return;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || tries === 50 || !(await isThere(source))) {
        if (tries > 0) await removeEmptyFolders(root, target);
        throw error;
      }
    }
    await makeFolders(dirname(target)).catch(unlessRemovedMeanwhile);
  }
}

function unlessRemovedMeanwhile(error: unknown): void {
  if (errnoOf(error) !== "ENOENT") throw error;
}

/** Removes the folders above a store's file that are empty, up to the root, which stays. */
export async function removeEmptyFolders(root: string, file: string): Promise<void> {
  for (const folder of foldersAbove(root, file).slice(0, -1)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (!saysAbsent(error)) return;
    }
  }
}
