import type { BaseDifference } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Entry } from "../model/entry.ts";
import type { BaseCommit, Revision } from "../model/revision.ts";
import type { Repository, TreeEntry } from "../ports/repository.ts";
import { sumUpDifference } from "./sum-up-difference.ts";

/** What is archived, and what it is compared with. */
export interface BaseQuestion {
  readonly repository: Repository;
  readonly revision: Revision;
  readonly base: BaseCommit;
  /** What of a tree an archive would hold, by the paths that it has there; undefined for what it leaves out. */
  readonly entryOf: (entry: TreeEntry) => Entry | undefined;
}

/** How the archive of a revision differs from one of a pull request's base, told by git from both trees. A base that isn't there is no error. */
export async function baseDifference(question: BaseQuestion, signal: AbortSignal): Promise<BaseDifference> {
  const base = await resolveBase(question, signal);
  if (base === undefined) return missing(question);
  try {
    return { kind: "compared", commit: base.commit, ...(await compare(base, question, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    // A partial clone may have the commit and lack what is in it.
    if (error instanceof ColdstoreError && error.failure === "source") return missing(question);
    throw error;
  }
}

async function compare(base: Revision, { repository, revision, entryOf }: BaseQuestion, signal: AbortSignal) {
  if (base.tree === revision.tree) return { added: 0, removed: 0, changed: 0, bytes: 0, examples: [] };
  const listOf = (commit: Revision) => () => entriesOf(repository.tree(commit, signal), entryOf);
  return sumUpDifference({ before: listOf(base), after: listOf(revision) });
}

async function* entriesOf(
  batches: AsyncIterable<readonly TreeEntry[]>,
  entryOf: BaseQuestion["entryOf"],
): AsyncGenerator<Entry> {
  for await (const batch of batches)
    for (const each of batch) {
      const entry = entryOf(each);
      if (entry !== undefined) yield entry;
    }
}

async function resolveBase(
  { repository, revision, base }: BaseQuestion,
  signal: AbortSignal,
): Promise<Revision | undefined> {
  const names = isTheMerge(revision, base) ? [`${revision.commit}^1`, base.commit] : [base.commit];
  for (const name of names) {
    const found = await repository.resolve(name, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How deep a clone has to be to have the base: a merge commit is right behind it. */
function missing({ repository, revision, base }: BaseQuestion): BaseDifference {
  const fetchDepth = isTheMerge(revision, base) ? 2 : 0;
  return { kind: "missing", commit: base.commit, ...(repository.facts.shallow && { fetchDepth }) };
}

function isTheMerge({ commit }: Revision, { merge }: BaseCommit): boolean {
  return commit === merge;
}
