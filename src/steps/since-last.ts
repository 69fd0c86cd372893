import type { SinceLast } from "../model/details.ts";
import type { Revision } from "../model/revision.ts";
import type { SetName } from "../model/set-name.ts";
import type { Repository, TreeChange } from "../ports/repository.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listSets, loadSets } from "./list-sets.ts";

const shown = 20;

/** The newest complete set of a project and mode in a store; undefined when there is none. */
export async function newestSet(store: Store, { project, mode }: SetName, io: Io): Promise<CompleteSet | undefined> {
  const sets = await loadSets(store, await listSets(store, { project, mode }, io), io);
  return sets
    .filter((set) => set.state === "complete")
    .reduce<CompleteSet | undefined>((newest, set) => (isNewer(set, newest) ? set : newest), undefined);
}

function isNewer(set: CompleteSet, than: CompleteSet | undefined): boolean {
  return than === undefined || set.manifest.run.started >= than.manifest.run.started;
}

/** What has changed since an earlier set, told by git; undefined when this clone hasn't got that set's commit. */
export async function sinceLast(
  last: CompleteSet,
  source: { readonly repository: Repository; readonly revision: Revision },
  signal: AbortSignal,
): Promise<SinceLast | undefined> {
  const { repository, revision } = source;
  const before = last.manifest.content.source;
  const changes = before && (await repository.diff(before.commit, revision, signal));
  if (changes === undefined) return undefined;
  const countOf = (kind: TreeChange["change"]) => changes.filter(({ change }) => change === kind).length;
  return {
    set: last.name,
    added: countOf("added"),
    removed: countOf("removed"),
    changed: countOf("changed"),
    examples: changes.slice(0, shown),
  };
}
