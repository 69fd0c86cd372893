import { shellWord } from "../model/stock-commands.ts";
import type { Revision } from "../model/revision.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";
import { findExpansions } from "./find-expansions.ts";
import { nameSome } from "./name-some.ts";

/**
 * Warns when files of a tree would be filled in otherwise, were the tag that names the revision an annotated one: of a clone
 * can't be told whether it is plain everywhere, or its annotation wasn't fetched. `expanded` are the files with export-subst.
 */
export async function plainTagWarnings(
  repository: Repository,
  { revision, expanded }: { readonly revision: Revision; readonly expanded: readonly TreeEntry[] },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { tag } = revision;
  if (tag === undefined || tag.object !== undefined || expanded.length === 0) return [];
  const lines = await findExpansions(repository, expanded, signal);
  const paths = new Set(lines.flatMap(({ path, line }) => (asksForAnnotated(line) ? path : [])));
  if (paths.size === 0) return [];
  const fetch = `git fetch --force origin tag ${shellWord(tag.name)}`;
  return [
    `%(describe) finds annotated tags alone, and here ${tag.name} is a plain one, so that it leaves out its name: ${nameSome([...paths])}; ` +
      `if the tag is annotated at its origin, get that with \`${fetch}\`, in a workflow by actions/checkout v6.0.2 or newer`,
  ];
}

// Source: git-log(1), "pretty formats".
const describe = /%\(describe(?::([^)]*))?\)/g;

function asksForAnnotated(line: string): boolean {
  return [...line.matchAll(describe)].some(([, options = ""]) => !/(^|,)tags(=(true|yes|on|1))?(,|$)/.test(options));
}
