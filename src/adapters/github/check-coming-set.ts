import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { setText } from "../../model/set-name.ts";
import type { ComingSet } from "../../ports/store.ts";
import { checkTag } from "./check-tag.ts";
import { checkTakenNames } from "./check-taken-names.ts";
import { manifestStem } from "./asset-names.ts";
import type { CallIo, ReleaseApi } from "./release-api.ts";
import { idOfTag, needsTag, type ReleaseFinder } from "./release-finder.ts";
import { keepsName } from "./release-keys.ts";
import type { ReleaseView, ReleaseViewer } from "./release-view.ts";

export interface ComingOptions {
  readonly api: ReleaseApi;
  readonly finder: ReleaseFinder;
  readonly viewer: ReleaseViewer;
  /** As the person wrote the store. */
  readonly name: string;
  /** What keys begin with. */
  readonly project: string;
  /** The only release that counts. */
  readonly tag?: string;
}

/** Of GitHub's documentation on releases: "each file must be under 2 GiB", and at most this many of them. */
const mostBytes = 2 ** 31 - 1;
const mostAssets = 1000;
/** An archive, its file list, checksums, notes and manifest. */
const ownFiles = 5;

/** Everything that stands against bringing a set into its release, as far as that can be told by reading. */
export async function checkComingSet(
  options: ComingOptions,
  set: ComingSet,
  io: CallIo,
): Promise<readonly ColdstoreError[]> {
  const { project } = set.name;
  if (project !== options.project) return [otherProject(options, set)];
  const named = [...nameErrors(set), ...sizeErrors(set)];
  const tag = options.tag ?? set.tag;
  if (tag === undefined || (options.tag === undefined && idOfTag(tag) !== set.name.id))
    return set.awaitsTag ? named : [needsTag(options.name, set.name.id), ...named];
  options.finder.note(set.name.id, tag);
  const doubts = await Promise.all([
    caught(checkTag({ api: options.api, tag, set }, io), io),
    caught(checkRoom(options, set, io), io),
  ]);
  return [...named, ...doubts.flat()];
}

function otherProject({ name, project }: ComingOptions, set: ComingSet): ColdstoreError {
  return new ColdstoreError(
    "settings",
    `${setText(set.name)} can't be stored in ${name}, whose sets are all of ${project}; set project to ${set.name.project}, or store it elsewhere`,
  );
}

async function caught(check: Promise<void>, { signal }: CallIo): Promise<readonly ColdstoreError[]> {
  try {
    await check;
    return [];
  } catch (error) {
    signal.throwIfAborted();
    return [asColdstoreError(error)];
  }
}

function nameErrors({ base, files }: ComingSet): readonly ColdstoreError[] {
  const names = [base, ...files.map(({ name }) => name)];
  const odd = names.filter((name) => !keepsName(name));
  const folded = Map.groupBy(names.slice(1), (name) => name.toLowerCase());
  const alike = [...folded.values()].filter((each) => each.length > 1);
  return [
    ...odd.map(
      (name) =>
        new ColdstoreError(
          "settings",
          `${JSON.stringify(name)} can't be a file of a release: GitHub would call it something else; use A-Z, a-z, 0-9, ".", "_" and "-", with no dot first or last, and no two in a row`,
        ),
    ),
    ...alike.map(
      (each) =>
        new ColdstoreError(
          "settings",
          `${each.join(" and ")} can't be files of one release: their names differ in case alone, and on many disks would be one file; rename all but one`,
        ),
    ),
  ];
}

function sizeErrors({ files }: ComingSet): readonly ColdstoreError[] {
  return files.flatMap(({ name, bytes }) => {
    if (bytes === 0)
      return new ColdstoreError("source", `${name} is empty, and GitHub takes no empty files; leave it out of files`);
    if (bytes <= mostBytes) return [];
    return new ColdstoreError(
      "settings",
      `${name} has ${bytes} bytes, and a file of a release must be under 2 GiB; split it, or leave it out of files`,
    );
  });
}

async function checkRoom({ finder, viewer, name }: ComingOptions, set: ComingSet, io: CallIo): Promise<void> {
  const release = await finder.refresh(set.name.id, io);
  if (release === undefined) return checkCount(set, name, []);
  const view = await viewer.look(release, io);
  checkRivals(view, set);
  checkTakenNames(view, set);
  checkCount(set, name, [...view.assets.keys()]);
}

function checkCount({ base, files }: ComingSet, store: string, there: readonly string[]): void {
  const known = new Set(there);
  const ownThere = there.filter((each) => each.startsWith(`${base}.`)).length;
  const coming = files.filter(({ name }) => !known.has(name)).length + Math.max(0, ownFiles - ownThere);
  if (known.size + coming <= mostAssets) return;
  throw new ColdstoreError(
    "store",
    `a release takes ${mostAssets} files, and ${store} would have ${known.size + coming} in it; pack build outputs together, or name fewer in files`,
  );
}

function checkRivals({ places }: ReleaseView, { base, name }: ComingSet): void {
  const rival = places.find(
    ({ mode, id, stem, manifest }) =>
      manifest !== undefined &&
      manifestStem(manifest) === base &&
      stem === base &&
      (mode !== name.mode || id !== name.id),
  );
  if (rival === undefined) return;
  throw new ColdstoreError(
    "conflict",
    `the release already has ${base}, of mode ${rival.mode}, and two sets in it can't have one name; set name to something else`,
  );
}
