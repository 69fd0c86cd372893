import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Io } from "../ports/store.ts";
import { bytesOf } from "./byte-text.ts";
import { listedBatches } from "./listed-entries.ts";
import type { RestoreSource } from "./restore-source.ts";

/** An entry that a set's archives have to have, as its file list says. */
export interface ListedEntry {
  readonly path: BytePath;
  readonly entry: Entry;
  /** Target of a link. */
  readonly link?: BytePath;
}

/** What one archive of a set is to fill, and with what of its file list. */
export interface ListedOrder {
  /** The file list, in its order, which is that of a tar and of a zip. */
  readonly listed: readonly ListedEntry[];
  /** What of it is left out. */
  readonly skipped: ReadonlySet<ListedEntry>;
  readonly target: RestoreTarget;
}

/**
 * All of a set's file list, in the order of its tar. Rejects with `integrity` when the list isn't the manifest's; no more
 * entries are held than the manifest counts.
 */
export async function readRestoreList(
  { store, prefix, content, artifacts }: RestoreSource,
  io: Io,
): Promise<readonly ListedEntry[]> {
  const file = artifacts.find(({ role }) => role === "file-list");
  if (file === undefined) throw new ColdstoreError("integrity", `the manifest of ${prefix} names no file list`);
  const { files, dirs, symlinks } = content.tree;
  const counted = files + dirs + symlinks;
  const listed: ListedEntry[] = [];
  for await (const batch of listedBatches(store, { key: prefix + file.name, file }, io)) {
    if (listed.length + batch.length > counted) throw miscounted(file.name, `more entries than the ${counted}`);
    for (const entry of batch) listed.push(listedEntry(entry));
  }
  if (listed.length < counted) throw miscounted(file.name, `${listed.length} entries, not the ${counted}`);
  return listed;
}

/** An entry with its names as bytes. */
export function listedEntry(entry: Entry): ListedEntry {
  const path = pathOf(entry.path, entry.pathBytes);
  return entry.link === undefined ? { path, entry } : { path, entry, link: pathOf(entry.link, entry.linkBytes) };
}

function pathOf(text: string, bytes: Uint8Array | undefined): BytePath {
  return bytes === undefined ? bytesOf(text) : Buffer.from(bytes).toString("latin1");
}

function miscounted(name: string, count: string): ColdstoreError {
  return new ColdstoreError("integrity", `${name} has ${count} that the manifest counts; verify the set`);
}
