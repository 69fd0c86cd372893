import type { SetName } from "../../model/set-name.ts";
import {
  archiveCalled,
  hasStem,
  manifestStem,
  modeByStem,
  modeByType,
  replacedStem,
  tellingStem,
} from "./asset-names.ts";
import type { ManifestSheet } from "./manifest-sheets.ts";
import type { ReleaseFile } from "./release-files.ts";

/** What a set of a release is known by: its manifest, or what a run left that broke before it came to that. */
export interface SetPlace extends SetName {
  /** What its own files begin with. */
  readonly stem: string;
  /** Names of all its files, as its manifest has them; absent without one that says so. */
  readonly files?: ReadonlySet<string>;
  readonly manifest?: string;
  /** Which set its files were to be can't be told; its id is the stem. */
  readonly leftover?: true;
}

export interface PlacesRequest {
  readonly files: readonly ReleaseFile[];
  /** What the release's own set is called, whose mode it may have several of. */
  readonly home: Omit<SetName, "mode">;
  /** Sets of other ids lie in it too, each as its manifest says. */
  readonly shared: boolean;
  /** Whose other files are needn't be told. */
  readonly want?: "manifests";
  sheetOf(file: ReleaseFile): Promise<ManifestSheet | undefined>;
}

/** The sets that lie in a release. Manifests are read where the listing alone doesn't tell what belongs to them. */
export async function placesIn(request: PlacesRequest): Promise<readonly SetPlace[]> {
  const { files } = request;
  const stems = files.flatMap(({ name }) => manifestStem(name) ?? []);
  const names = files.map(({ name }) => name);
  const clear = request.want === "manifests" || isClear(names, stems);
  const places: SetPlace[] = [];
  for (const file of files) {
    const stem = manifestStem(file.name);
    if (stem === undefined) continue;
    const place = await placeOf(file, stem, { ...request, clear });
    if (place !== undefined) places.push(place);
  }
  return [...places, ...unfinishedIn(request, places, stems)];
}

/** Whether names alone tell whose each file is: of two archives one may be somebody else's. */
function isClear(names: readonly string[], stems: readonly string[]): boolean {
  const own = (name: string) => stems.some((stem) => hasStem(name, stem));
  return (
    names.every((name) => tellingStem(name) !== undefined || own(name)) &&
    stems.every((stem) => new Set(names.flatMap((name) => archiveCalled(name, stem) ?? [])).size < 2)
  );
}

async function placeOf(
  file: ReleaseFile,
  stem: string,
  request: PlacesRequest & { readonly clear: boolean },
): Promise<SetPlace | undefined> {
  const { home, shared, clear } = request;
  const said = modeByType(file.asset.contentType);
  const manifest = file.name;
  if (clear && !shared && said !== undefined) return { ...home, mode: said, stem, manifest };
  const sheet = await request.sheetOf(file);
  // Damaged: it is listed where it should be, so that its reader says what's wrong with it.
  if (sheet === undefined) return { ...home, mode: said ?? modeByStem(stem), stem, manifest };
  const { project, mode, id, files } = sheet;
  if (shared) return { project, mode, id, stem, files, manifest };
  return id === home.id ? { ...home, mode, stem, files, manifest } : undefined;
}

function unfinishedIn(
  { files, home, shared }: PlacesRequest,
  places: readonly SetPlace[],
  finished: readonly string[],
): readonly SetPlace[] {
  const modes = new Map<string, string | undefined>();
  for (const { name, asset } of files) {
    const stem = tellingStem(name);
    if (stem === undefined || finished.includes(stem)) continue;
    modes.set(stem, modes.get(stem) ?? modeByType(asset.contentType));
  }
  return [...modes].map(([stem, said]) => {
    const replaced = places.find((place) => place.stem === replacedStem(stem));
    if (replaced !== undefined) return { project: replaced.project, mode: replaced.mode, id: replaced.id, stem };
    const mode = said ?? modeByStem(stem);
    // In a shared release only files of the tag's own set bear their mode.
    if (shared && said === undefined) return { ...home, mode, id: stem, stem, leftover: true };
    return { ...home, mode, stem };
  });
}

/**
 * The sets that a file belongs to: those whose manifests name it, else those whose own files are called so. Beside what a manifest
 * names that is only what nobody else calls files.
 */
export function ownersOf(name: string, places: readonly SetPlace[]): readonly SetPlace[] {
  const named = places.filter(({ manifest, files }) => manifest === name || files?.has(name) === true);
  if (named.length > 0) return named;
  const telling = tellingStem(name);
  return places.filter(({ stem, files }) => (files === undefined ? hasStem(name, stem) : telling === stem));
}
