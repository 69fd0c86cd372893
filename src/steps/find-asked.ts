import type { Entry } from "../model/entry.ts";
import { asColdstoreError, ColdstoreError, SeveralErrors } from "../model/errors.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import type { Io } from "../ports/store.ts";
import { AskedPaths } from "./asked-paths.ts";
import { bytesOf } from "./byte-text.ts";
import { findByIndex, type ListOrder } from "./find-by-index.ts";
import { listedBatches } from "./listed-entries.ts";
import { NearestPaths } from "./nearest-paths.ts";
import { asLoss } from "./read-stored.ts";
import { listedEntry } from "./restore-list.ts";
import type { RestoreSource } from "./restore-source.ts";
import { shownPath } from "./shown-path.ts";
import { StretchBuilder, type TarStretch } from "./tar-stretches.ts";

/** A list up to this size a path is read whole, which proves it: that costs no more than a request or two for blocks of it. */
const smallListBytes = 192 * 1024;

/**
 * Where the paths that are asked for lie in a set's tar, each with all that is below it. Reads no more of the file list than is
 * needed where its index tells that. Rejects with `not-found` for a path that the list, all of it, doesn't have, and with
 * `settings` for one that could be any of several.
 */
export async function findAsked(
  source: RestoreSource,
  paths: readonly string[],
  io: Io,
): Promise<readonly TarStretch[]> {
  const file = source.artifacts.find(({ role }) => role === "file-list");
  if (file === undefined)
    throw new ColdstoreError(
      "integrity",
      `the manifest of ${source.prefix} names no file list; use another copy of the set`,
    );
  const isSmall = file.bytes <= smallListBytes * paths.length || !source.store.traits.ranges;
  const found = isSmall ? undefined : await unlessDamaged(async () => findByIndex(source, { file, paths }, io));
  return found ?? findInAll(source, { file, paths }, io);
}

/** What is wrong with a block of the list is told by who reads it whole. */
async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (asColdstoreError(thrown).failure !== "integrity") throw thrown;
    return undefined;
  }
}

async function findInAll(source: RestoreSource, { file, paths }: ListOrder, io: Io): Promise<readonly TarStretch[]> {
  const asked = new AskedPaths(paths);
  const near = new Map(paths.map((path) => [path, new NearestPaths(path)]));
  const builder = new StretchBuilder(source.content.tar.bytes);
  builder.begin("start");
  for await (const batch of wholeList(source, file, io)) {
    const missing = asked.missing.slice(0, mostExplained);
    for (const entry of batch) {
      builder.add(listedEntry(entry), asked.take(entry));
      for (const path of missing) near.get(path)?.consider(entry.path);
    }
  }
  builder.end();
  asked.assertClear();
  assertNoneMissing(asked.missing, near);
  return builder.stretches;
}

/** The set was there when its manifest was read: a list that isn't is damage. No more entries come than the manifest counts. */
async function* wholeList(
  { store, prefix, content }: RestoreSource,
  file: ManifestArtifact,
  io: Io,
): AsyncGenerator<readonly Entry[], void, undefined> {
  let left = content.tree.files + content.tree.dirs + content.tree.symlinks;
  try {
    for await (const batch of listedBatches(store, { key: prefix + file.name, file }, io)) {
      left -= batch.length;
      if (left < 0)
        throw new ColdstoreError("integrity", `${file.name} has more entries than the manifest counts; verify the set`);
      yield batch;
    }
  } catch (error) {
    throw asLoss(file, error);
  }
}

const mostExplained = 10;

function assertNoneMissing(missing: readonly string[], near: ReadonlyMap<string, NearestPaths>): void {
  if (missing.length === 0) return;
  const sentences = missing.slice(0, mostExplained).map((path) => {
    const others = near.get(path)?.paths.map((other) => shownPath(bytesOf(other))) ?? [];
    const hint = others.length === 0 ? "" : `; did you mean ${others.join(" or ")}?`;
    return `${shownPath(bytesOf(path))} isn't in this set, which has paths from the repository's root${hint}`;
  });
  const more = missing.length - sentences.length;
  if (more > 0) sentences.push(`${more} more paths aren't in this set either`);
  const errors = sentences.map((sentence) => new ColdstoreError("not-found", sentence));
  throw errors.length === 1 ? errors[0] : new SeveralErrors(errors);
}
