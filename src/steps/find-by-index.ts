import type { ManifestArtifact } from "../model/manifest.ts";
import type { Io } from "../ports/store.ts";
import { AskedPaths } from "./asked-paths.ts";
import { IndexedList } from "./indexed-list.ts";
import { readRun } from "./read-run.ts";
import { listedEntry } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";
import { StretchBuilder, type TarStretch } from "./tar-stretches.ts";

/** A set's file list, and the paths that are looked for in it. */
export interface ListOrder {
  readonly file: ManifestArtifact;
  readonly paths: readonly string[];
}

/**
 * Where what is asked for lies in a set's tar, by the blocks of the file list that its index leads to. Undefined when not all of it
 * was found: an index is no proof that there is no more. Rejects with `integrity` when a block or the index is damaged.
 */
export async function findByIndex(
  source: RestoreSource,
  { file, paths }: ListOrder,
  io: Io,
): Promise<readonly TarStretch[] | undefined> {
  const asked = new AskedPaths(paths);
  if (!asked.isPlain) return undefined;
  const list = new IndexedList(source, file);
  const builder = new StretchBuilder(source.content.tar.bytes);
  for (const path of asked.outermost) {
    const run = await readRun(list, path, io);
    if (run === undefined) return undefined;
    builder.begin(run.part);
    for (const { entry, isAsked } of run.entries) {
      if (isAsked) asked.take(entry);
      builder.add(listedEntry(entry), isAsked);
    }
    builder.end();
  }
  return asked.missing.length === 0 ? builder.stretches : undefined;
}
