import { readFileSync } from "node:fs";
import type { ArchiveFormat, ManifestArtifact, ManifestContent } from "../../src/model/manifest.ts";
import type { BytePath } from "../../src/ports/folder.ts";
import type { RestoreTarget } from "../../src/ports/restore-target.ts";
import { describeFiles } from "../../src/steps/describe-files.ts";
import type { RestoreSource, SetEnd, SetOrder } from "../../src/steps/restore-source.ts";
import { restoreSet } from "../../src/steps/restore-set.ts";
import { MemoryPlace, MemoryStore } from "./memory-store.ts";
import { MemoryTarget, type MemoryTargetOptions, type RestoredEntry } from "./memory-target.ts";
import { pack, quiet, temporaryScratch } from "./packed-archive.ts";
import { manifestIn, setFolder, type World } from "./world.ts";

/** A set in a memory store, as a restore is given it. */
export interface RestorableSet {
  readonly place: MemoryPlace;
  readonly store: MemoryStore;
  readonly source: RestoreSource;
}

export interface PackedSetOptions {
  readonly formats?: readonly ArchiveFormat[];
  readonly splitSize?: number;
  /** What all of it lies in; `p/` unless told. */
  readonly prefix?: string;
  /** Of the commit that the set says it is of; none: it is of a folder. */
  readonly commit?: string;
}

const folder = "acme/app/archive/one/";

/** Packs a tar as archive mode does. */
export async function packedSet(
  tar: Uint8Array,
  { formats = ["tar.gz"], splitSize, prefix = "p/", commit }: PackedSetOptions = {},
): Promise<RestorableSet> {
  await using scratch = temporaryScratch();
  const { artifacts, summary } = await pack(tar, scratch, {
    formats,
    prefix,
    ...(splitSize !== undefined && { splitSize }),
  });
  const place = new MemoryPlace();
  for (const { artifact } of artifacts) {
    const data = "data" in artifact.body ? artifact.body.data : readFileSync(artifact.body.file);
    place.objects.set(folder + artifact.name, { data, modified: new Date(0) });
  }
  const content: ManifestContent = {
    mode: "archive",
    recipe: "coldstore-tar/1",
    submodules: "fail",
    lfs: "fail",
    prefix,
    tree: summary.counts,
    tar: summary.tar,
    file_list: summary.fileList,
    files: [],
    filters: { exclude: [], include: [], profiles: [] },
    symlinks: "keep",
    mtime: "keep",
    ...(commit !== undefined && {
      source: { commit, tree: commit, committed: "2026-11-22T00:00:00Z", object_format: "sha1" },
    }),
  };
  return setOf(place, { prefix: folder, content, artifacts: describeFiles(artifacts) });
}

/** The set that a world's store has in a folder. */
export function setInWorld({ place }: World, prefix = setFolder): RestorableSet {
  const { content, artifacts } = manifestIn(place, prefix);
  return setOf(place, { prefix, content, artifacts });
}

function setOf(place: MemoryPlace, source: Omit<RestoreSource, "store">): RestorableSet {
  const store = new MemoryStore({ place });
  return { place, store, source: { store, ...source } };
}

/** The files that lie in the store for an archive of a set, by their keys. */
export function keysOf({ source }: RestorableSet, format: ArchiveFormat): readonly string[] {
  const archive = archiveOf(source, format);
  return (archive.parts ?? [archive]).map(({ name }) => source.prefix + name);
}

export function archiveOf({ artifacts }: RestoreSource, format: ArchiveFormat): ManifestArtifact {
  const archive = artifacts.find((artifact) => artifact.format === format);
  if (archive === undefined) throw new Error(`the set has no ${format}`);
  return archive;
}

/** Opens targets in memory for a restore, and keeps them in sight. */
export function memoryTargets(options: MemoryTargetOptions = {}) {
  const opened: MemoryTarget[] = [];
  const openTarget = async (): Promise<RestoreTarget> => {
    const target = new MemoryTarget(options);
    opened.push(target);
    return target;
  };
  return { opened, openTarget };
}

export interface Restored {
  readonly end: SetEnd;
  /** What was published, the root left out. */
  readonly tree: ReadonlyMap<BytePath, RestoredEntry>;
}

/** Restores a set into memory, and publishes it. */
export async function restoredInMemory(
  { source }: RestorableSet,
  order: Partial<SetOrder> = {},
  io = quiet,
): Promise<Restored> {
  const { opened, openTarget } = memoryTargets();
  const end = await restoreSet(source, { openTarget, symlinks: "keep", outwardLinks: "refuse", ...order }, io);
  await end.target.publish();
  const tree = new Map(opened.at(-1)?.published);
  tree.delete("");
  return { end, tree };
}
