import { isUtf8 } from "node:buffer";
import type { Dirent, Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { diskError, errnoOf, saysAbsent } from "./disk-error.ts";
import { prefixFolder, scratchFolder } from "./key-path.ts";

/** One plain file of a store. */
export interface ListedFile {
  readonly key: string;
  readonly stat: Stats;
}

export interface Listing {
  readonly root: string;
  readonly prefix: string;
  /** Leaves out the files of folders. */
  readonly flat: boolean;
  readonly signal: AbortSignal;
}

interface Name {
  readonly text: string;
  readonly bytes: Buffer;
  readonly folder: boolean;
}

const statsAtOnce = 64;

/**
 * All plain files whose key starts with the prefix, in byte order of their keys. Only what a store can have written counts: links
 * aren't followed and not listed, nor are devices, sockets, pipes and names that aren't valid UTF-8. What vanishes meanwhile
 * is left out; what can't be read rejects with `store`.
 */
export async function* listFolder(listing: Listing): AsyncGenerator<ListedFile> {
  const folder = prefixFolder(listing.prefix);
  if (await isReachedByLink(folder, listing)) return;
  yield* walk(folder, listing);
}

async function isReachedByLink(folder: string, { root }: Listing): Promise<boolean> {
  const parts = folder.split("/").filter(Boolean);
  for (const i of parts.keys()) {
    const stat = await lstat(join(root, ...parts.slice(0, i + 1))).catch(() => undefined);
    if (stat?.isSymbolicLink() === true) return true;
  }
  return false;
}

/** Holds the names of one folder a level, never those of the whole tree. */
async function* walk(folder: string, listing: Listing): AsyncGenerator<ListedFile> {
  const keyOf = (name: Name): string => (folder === "" ? name.text : `${folder}/${name.text}`);
  const names = await namesIn(folder, listing);
  const wanted = names.filter((name) => keyOf(name).startsWith(listing.prefix) && !(listing.flat && name.folder));
  let files: string[] = [];
  for (const name of wanted) {
    if (name.folder || files.length === statsAtOnce) {
      yield* statAll(files, listing);
      files = [];
    }
    if (name.folder) yield* walk(keyOf(name), listing);
    else files.push(keyOf(name));
  }
  yield* statAll(files, listing);
}

async function namesIn(folder: string, { root, signal }: Listing): Promise<readonly Name[]> {
  signal.throwIfAborted();
  const path = join(root, folder);
  try {
    const entries = await readdir(path, { withFileTypes: true, encoding: "buffer" });
    return entries
      .flatMap((entry) => nameOf(entry))
      .filter((name) => folder !== "" || name.text !== scratchFolder)
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  } catch (error) {
    // A store that isn't there has nothing; one that is a file can't be read.
    const rootIsFile = folder === "" && errnoOf(error) === "ENOTDIR";
    if (saysAbsent(error) && !rootIsFile) return [];
    throw diskError(error, "list", path);
  }
}

/** The name to sort by: a folder's ends with a slash, for so do its keys go on (`a.b` comes before `a/c`). */
function nameOf(entry: Dirent<Buffer>): readonly Name[] {
  const folder = entry.isDirectory();
  if ((!folder && !entry.isFile()) || !isUtf8(entry.name)) return [];
  const text = entry.name.toString("utf8");
  return [{ text, folder, bytes: folder ? Buffer.from(`${text}/`) : entry.name }];
}

async function* statAll(keys: readonly string[], { root, signal }: Listing): AsyncGenerator<ListedFile> {
  if (keys.length === 0) return;
  signal.throwIfAborted();
  const found = await Promise.all(keys.map((key) => statFile(join(root, key))));
  for (const [i, key] of keys.entries()) {
    const stat = found[i];
    if (stat?.isFile() === true) yield { key, stat };
  }
}

async function statFile(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw diskError(error, "look at", path);
  }
}
