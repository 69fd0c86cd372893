import type { ManifestContent } from "../model/manifest.ts";
import type { Ports } from "../ports/ports.ts";
import type { Repository } from "../ports/repository.ts";
import type { Remade } from "../steps/drill-set.ts";

/** Makes the tar of a set's commit anew, where a clone that has the commit is at hand. Rejects with `source` when git fails. */
export type RemakeTar = (content: ManifestContent) => Promise<Remade>;

/** Looks for commits in the clone that the run was started in, if it was in one; opens it once. */
export function remakerIn({ openRepository, signal }: Pick<Ports, "openRepository" | "signal">): RemakeTar {
  let opened: Promise<Repository | undefined> | undefined;
  return async (content) => {
    if (content.mode !== "snapshot") return none("the set is of a folder, not of a commit");
    if (content.recipe !== "git-archive/1") return none("the set has more than git archive gives");
    // What git expands there depends on the clone and on git's version.
    if (content.export_subst === "git") return none("export-subst: git gives another tar in each clone");
    opened ??= openRepository().catch(() => undefined);
    const repository = await opened;
    const { commit, tag } = content.source;
    const named = tag === undefined ? commit : `refs/tags/${tag.name}`;
    const revision = await repository?.resolve(named, signal).catch(() => undefined);
    if (repository === undefined || revision?.commit !== commit)
      return none(`no clone here that has the commit${tag === undefined ? "" : ` under its tag ${tag.name}`}`);
    const { prefix, export_subst: exportSubst } = content;
    return { kind: "tar", tar: await repository.archive(revision, { prefix, exportSubst }, signal) };
  };
}

function none(why: string): Remade {
  return { kind: "none", why };
}
