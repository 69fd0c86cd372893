import type { ArchiveFormat } from "../../src/model/manifest.ts";
import { restorePaths } from "../../src/steps/restore-paths.ts";
import type { SetEnd, SetOrder } from "../../src/steps/restore-source.ts";
import { CountingStore } from "./counting-store.ts";
import type { RestoredEntry } from "./memory-target.ts";
import { memoryTargets, type RestorableSet } from "./restorable-set.ts";
import { sha256Of, testIo } from "./store-fixtures.ts";

/** By path, contents as their digests. */
export type Tree = ReadonlyMap<string, unknown>;

export interface Got {
  readonly end: SetEnd;
  readonly tree: Tree;
  readonly store: CountingStore;
}

export interface GetOptions extends Partial<SetOrder> {
  /** Only these of the set's archives are there. */
  readonly formats?: readonly ArchiveFormat[];
  readonly ranges?: boolean;
}

/** Restores paths of a set into memory. */
export async function getPaths(
  { source, place }: Pick<RestorableSet, "source" | "place">,
  paths: readonly string[],
  { formats = ["tar", "tar.gz", "tar.zst", "zip"], ranges = true, ...order }: GetOptions = {},
): Promise<Got> {
  const store = new CountingStore(place, { ranges });
  const artifacts = source.artifacts.filter(({ format }) => format === undefined || formats.includes(format));
  const { opened, openTarget } = memoryTargets();
  const rules = { symlinks: "keep", outwardLinks: "refuse" } as const;
  const end = await restorePaths({ ...source, store, artifacts }, { ...rules, openTarget, ...order, paths }, testIo());
  await end.target.publish();
  const tree = new Map(opened.at(-1)?.published);
  tree.delete("");
  return { end, tree: digested(tree), store };
}

/** Contents as their digests: a difference can be read then. */
export function digested(tree: ReadonlyMap<string, RestoredEntry>): Tree {
  return new Map(
    [...tree].map(([path, entry]) => [path, entry.type === "file" ? { ...entry, data: sha256Of(entry.data) } : entry]),
  );
}

/** What of a tree lies at paths or below them. */
export function cutOut(tree: Tree, paths: readonly string[]): Tree {
  const bytes = paths.map((path) => Buffer.from(path).toString("latin1"));
  return new Map([...tree].filter(([at]) => bytes.some((path) => at === path || at.startsWith(`${path}/`))));
}
