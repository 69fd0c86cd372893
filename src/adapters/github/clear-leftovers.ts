import type { ComingSet } from "../../ports/store.ts";
import { manifestStem } from "./asset-names.ts";
import type { ManifestSheet, ManifestSheets } from "./manifest-sheets.ts";
import type { CallIo, Release, ReleaseApi } from "./release-api.ts";
import type { ReleaseView, ReleaseViewer } from "./release-view.ts";

export interface ClearOptions {
  readonly api: ReleaseApi;
  readonly viewer: ReleaseViewer;
  readonly sheets: ManifestSheets;
}

const keptManifest = /\.replaced-[0-9a-f]{16}(?:-\d+)?\.json$/;
const mark = /-r\d+$/;

/**
 * Removes from a draft that nobody has seen what a broken run of the same set has left beside it, and no manifest names. What others
 * have put there stays, and so does an earlier state of the set whose manifest was kept.
 */
export async function clearLeftovers(
  { api, viewer, sheets }: ClearOptions,
  { release, set }: { readonly release: Release; readonly set: ComingSet },
  io: CallIo,
): Promise<void> {
  const view = await viewer.look(release, io);
  const all = await sheetsIn(view, sheets, io);
  const own = all.find(({ project, mode, id }) => keyOf({ project, mode, id }) === keyOf(set.name));
  const superseded = [...(own?.superseded ?? [])];
  if (superseded.length === 0 || superseded.some((name) => keptManifest.test(name))) return;
  const named = new Set(
    all.flatMap(({ files, superseded: beside }) => [...files].filter((name) => beside?.has(name) !== true)),
  );
  const lefts = [...superseded, ...plainNames(set)];
  const list = viewer.listOf(release);
  for (const { id, name } of view.assets.values()) {
    if (!lefts.includes(name) || named.has(name) || viewer.isOwn(release, name)) continue;
    await api.deleteAsset(id, io);
    list.removed(id);
  }
}

/** What the build outputs are called of a set that was stored beside these leftovers. */
function plainNames({ base, files }: ComingSet): readonly string[] {
  const [ending] = mark.exec(base) ?? [];
  return files.flatMap(({ name }) => {
    const [stem = ""] = name.split(".");
    return ending !== undefined && stem.endsWith(ending) ? stem.slice(0, -ending.length) + name.slice(stem.length) : [];
  });
}

async function sheetsIn({ files }: ReleaseView, sheets: ManifestSheets, io: CallIo): Promise<readonly ManifestSheet[]> {
  const manifests = files.filter(({ name }) => manifestStem(name) !== undefined);
  const read = await Promise.all(manifests.map(async ({ asset }) => sheets.sheetOf(asset, io)));
  return read.flatMap((sheet) => sheet ?? []);
}

function keyOf({ project, mode, id }: ComingSet["name"]): string {
  return `${project}/${mode}/${id}`;
}
