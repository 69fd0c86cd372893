import { Readable } from "node:stream";
import type { ContentPolicies, SnapshotContent } from "../model/manifest.ts";
import type { ArchiveRecipe } from "../ports/repository.ts";
import type { CommitTree } from "./commit-tree.ts";
import type { Source } from "./examine-source.ts";
import { wholeTar } from "./whole-tar.ts";

/** The recipe of a snapshot with these policies: git's own tar, or that with something put in. */
export function recipeOf(tree: Pick<CommitTree, "submodules">, policies: ContentPolicies): SnapshotContent["recipe"] {
  const isWhole = policies.lfs === "include" || (policies.submodules === "include" && tree.submodules.size > 0);
  return isWhole ? "git-archive-whole/1" : "git-archive/1";
}

/** The tar of a planned snapshot. The stream fails with `source` when git fails, or a content isn't what it should be. */
export async function openSnapshotTar(
  { tree }: Pick<Source, "tree">,
  plan: Pick<SnapshotContent, "recipe" | "prefix" | "export_subst">,
  signal: AbortSignal,
): Promise<Readable> {
  const recipe = { prefix: plan.prefix, exportSubst: plan.export_subst };
  switch (plan.recipe) {
    case "git-archive/1":
      return tree.repository.archive(tree.revision, recipe, signal);
    case "git-archive-whole/1":
      return stoppable(tree, recipe, signal);
  }
}

/** Whoever lets go of the stream before its end stops what is being read for it. */
function stoppable(tree: CommitTree, recipe: ArchiveRecipe, signal: AbortSignal): Readable {
  const stop = new AbortController();
  const tar = wholeTar({ tree, recipe, signal: AbortSignal.any([signal, stop.signal]) });
  const stream = Readable.from(tar, { objectMode: false });
  const destroy = stream.destroy.bind(stream);
  // A stream of a generator waits for what the generator waits for before it closes.
  stream.destroy = (error) => {
    stop.abort();
    return destroy(error);
  };
  return stream;
}
