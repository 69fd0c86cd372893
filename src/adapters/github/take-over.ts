import { visibleText } from "../../model/visible-text.ts";
import { isMarked } from "./draft-marker.ts";
import { pause } from "./pause.ts";
import type { CallIo, Release, ReleaseApi } from "./release-api.ts";
import { fileCalled } from "./release-files.ts";
import type { ReleaseKey } from "./release-keys.ts";
import type { ReleaseView, ReleaseViewer } from "./release-view.ts";
import { ownersOf } from "./set-places.ts";

export interface TakeOverOptions {
  readonly api: ReleaseApi;
  readonly viewer: ReleaseViewer;
  /** When this run began, in milliseconds. */
  readonly began: number;
  /** How long nothing new has come into a draft in which no run is at work any more; `Infinity`: that can't be told. */
  readonly quietMs: number;
  /** Told before the wait. */
  readonly wait: ((until: Date, why: string) => void) | undefined;
}

const longestPauseMs = 15_000;

/**
 * Removes a file of a draft that nobody has seen: Coldstore's own, which no manifest names, left by a run that broke. Waits until
 * nothing has come into the draft for a while, since that run may still be at work. False: the file is to stay, as another run has
 * gone on meanwhile, or it was never a leftover.
 */
export async function takeOver(
  options: TakeOverOptions,
  { place, release }: { readonly place: ReleaseKey; readonly release: Release },
  io: CallIo,
): Promise<boolean> {
  const { api, viewer, began, quietMs, wait } = options;
  for (let round = 0; ; round += 1) {
    const now = release.draft && isMarked(release.body) ? await api.byId(release.id, io) : undefined;
    if (now === undefined || !now.draft || !isMarked(now.body)) return false;
    const view = await viewer.look(now, io);
    const last = lastChange(view, viewer);
    // What came since this run began is of one that runs beside it; a time that can't be read is no reason to remove anything.
    if (isManifests(place, view) || viewer.isOwn(now, place.file) || !(last < began) || quietMs === Infinity)
      return false;
    const left = quietMs - (Date.now() - last);
    if (left <= 0) return remove(options, { view, place }, io);
    if (round === 0)
      wait?.(new Date(last + quietMs), `another run may still be filling the draft ${visibleText(now.tag)}`);
    await pause(Math.min(left, longestPauseMs), io.signal);
  }
}

/** Whether the file's set is whole already, or the file is another one's. */
function isManifests({ project, mode, id, file }: ReleaseKey, { places }: ReleaseView): boolean {
  const whole = places.filter(({ manifest }) => manifest !== undefined);
  return (
    whole.some((each) => each.project === project && each.mode === mode && each.id === id) ||
    ownersOf(file, whole).length > 0
  );
}

/** When the newest asset was made that isn't this run's. */
function lastChange({ release, assets }: ReleaseView, viewer: ReleaseViewer): number {
  const others = [...assets.values()].filter(({ name }) => !viewer.isOwn(release, name));
  return Math.max(...others.map(({ created }) => Date.parse(created)));
}

async function remove(
  { api, viewer }: TakeOverOptions,
  { view, place }: { readonly view: ReleaseView; readonly place: ReleaseKey },
  io: CallIo,
): Promise<boolean> {
  const file = fileCalled(place.file, view.assets);
  const list = viewer.listOf(view.release);
  for (const { id } of file === undefined ? [] : [...file.leftovers, file.asset]) {
    await api.deleteAsset(id, io);
    list.removed(id);
  }
  return true;
}
