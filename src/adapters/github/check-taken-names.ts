import { ColdstoreError } from "../../model/errors.ts";
import { setText } from "../../model/set-name.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { ComingSet } from "../../ports/store.ts";
import { isMarked } from "./draft-marker.ts";
import type { ReleaseFile } from "./release-files.ts";
import type { ReleaseView } from "./release-view.ts";
import { ownersOf, type SetPlace } from "./set-places.ts";

const shown = 10;

/**
 * Throws `conflict` when the release has other bytes under the names of build outputs. Says nothing of a set that is there already,
 * whole or not: what becomes of that depends on the run.
 */
export function checkTakenNames(view: ReleaseView, { name, files }: ComingSet): void {
  const { places, release } = view;
  if (places.some(({ project, mode, id }) => project === name.project && mode === name.mode && id === name.id)) return;
  const coming = new Map(files.map((file) => [file.name, file]));
  const taken = view.files.filter((there) => {
    const file = coming.get(there.name);
    return file !== undefined && differs(there, file);
  });
  const byOwner = Map.groupBy(taken, (file) => ownersOf(file.name, places).find(({ manifest }) => manifest));
  // What a broken run left in a draft that nobody has seen is replaced.
  if (release.draft && isMarked(release.body)) byOwner.delete(undefined);
  const [first, ...others] = byOwner;
  if (first === undefined) return;
  const says = [first, ...others].map(([owner, its]) => whose(its, owner)).join("; ");
  throw new ColdstoreError(
    "conflict",
    `the release ${visibleText(release.tag)} has ${says}: rename your own, or store in another release (store: release:OTHER-TAG)`,
  );
}

/** Where GitHub has no digest only the size tells. */
function differs({ asset }: ReleaseFile, file: ComingSet["files"][number]): boolean {
  return asset.bytes !== file.bytes || (asset.sha256 ?? file.sha256) !== file.sha256;
}

function whose(files: readonly ReleaseFile[], owner: SetPlace | undefined): string {
  const more = files.length > shown ? `, and ${files.length - shown} more` : "";
  const names = `${files
    .slice(0, shown)
    .map((file) => file.name)
    .join(", ")}${more}`;
  return `${names} with other bytes, ${owner === undefined ? "of no set of Coldstore's" : `of ${setText(owner)}`}`;
}
