import type { SetName } from "../model/set-name.ts";
import { isTimedId } from "../model/set-id.ts";
import { setText } from "../model/set-name.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { Io, Store } from "../ports/store.ts";
import { type CompleteSet, type Standing, standingOfEqual } from "./find-standing.ts";
import { listSet, listSets, loadSets } from "./list-sets.ts";

/** An archive that is about to be made, or just was. */
export interface WantedArchive {
  readonly project: string;
  /** The id is the tag's, whatever the content. */
  readonly tagged?: SetName;
  readonly formats: readonly ArchiveFormat[];
  readonly onConflict: "fail" | "replace" | "keep";
  /** Whether a set has the wanted content. */
  equals(set: CompleteSet): boolean;
}

/** What a store has of a folder: under its tag, or else the newest complete set, if it has the wanted content. */
export async function findArchiveStanding(store: Store, wanted: WantedArchive, io: Io): Promise<Standing> {
  if (wanted.tagged !== undefined) return standingUnderTag(store, { ...wanted, tagged: wanted.tagged }, io);
  const set = await newestArchive(store, wanted.project, io);
  if (set === undefined || !wanted.equals(set)) return { kind: "absent" };
  const standing = standingOfEqual(set, wanted.formats);
  if (standing.kind !== "other") return standing;
  // A set beside it has them all, and nothing need be replaced.
  return wanted.onConflict === "replace" ? { kind: "absent" } : { ...standing, replacing: "beside" };
}

async function standingUnderTag(
  store: Store,
  { tagged, formats, ...wanted }: WantedArchive & { readonly tagged: SetName },
  io: Io,
): Promise<Standing> {
  const [set] = await loadSets(store, [await listSet(store, tagged, io)], io);
  if (set === undefined || set.files.length === 0) return { kind: "absent" };
  switch (set.state) {
    case "incomplete":
      return { kind: "unfinished", set };
    case "damaged":
      return { kind: "damaged", set, error: set.error };
    case "complete":
      if (wanted.equals(set)) return standingOfEqual(set, formats);
      return { kind: "other", set, why: `${setText(tagged)} is there with other content` };
  }
}

/** The newest complete archive of a project; undefined when there is none. */
export async function newestArchive(store: Store, project: string, io: Io): Promise<CompleteSet | undefined> {
  const listed = (await listSets(store, { project, mode: "archive" }, io)).filter((set) => set.manifests.length > 0);
  const timed = listed.filter((set) => isTimedId(set.name.id));
  const tagged = await loadSets(
    store,
    listed.filter((set) => !isTimedId(set.name.id)),
    io,
  );
  const found = tagged.filter((set) => set.state === "complete");
  // Ids that begin with a time are in its order, so that of hundreds one manifest is read.
  for (const set of timed.toReversed()) {
    const [loaded] = await loadSets(store, [set], io);
    if (loaded?.state !== "complete") continue;
    found.push(loaded);
    break;
  }
  return found.reduce<CompleteSet | undefined>((newest, set) => (isNewer(set, newest) ? set : newest), undefined);
}

function isNewer(set: CompleteSet, than: CompleteSet | undefined): boolean {
  return than === undefined || set.manifest.run.started >= than.manifest.run.started;
}
