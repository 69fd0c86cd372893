import type { ManifestContent } from "../model/manifest.ts";
import type { Ports } from "../ports/ports.ts";
import type { Repository } from "../ports/repository.ts";

/** Makes the tar of a set's commit anew, where a clone that has the commit is at hand; undefined where there is none. */
export type RemakeTar = (content: ManifestContent) => Promise<AsyncIterable<Uint8Array> | undefined>;

/** Looks for commits in the clone that the run was started in, if it was in one. */
export function remakerIn({ openRepository, signal }: Pick<Ports, "openRepository" | "signal">): RemakeTar {
  let opened: Promise<Repository | undefined> | undefined;
  return async (content) => {
    if (content.mode !== "snapshot" || content.recipe !== "git-archive/1") return undefined;
    opened ??= openRepository().catch(() => undefined);
    const repository = await opened;
    const { commit, tag } = content.source;
    const named = tag === undefined ? commit : `refs/tags/${tag.name}`;
    const revision = await repository?.resolve(named, signal).catch(() => undefined);
    if (repository === undefined || revision?.commit !== commit) return undefined;
    const { prefix, export_subst: exportSubst } = content;
    return repository.archive(revision, { prefix, exportSubst }, signal);
  };
}
