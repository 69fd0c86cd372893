import type { SinceLast } from "../model/details.ts";
import type { Revision } from "../model/revision.ts";
import type { Repository, TreeChange } from "../ports/repository.ts";
import type { CompleteSet } from "./find-standing.ts";

const shown = 20;

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
