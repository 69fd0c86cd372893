import type { TreeEntry } from "../../ports/repository.ts";
import { ArchivedEntries } from "./archived-entries.ts";
import { inPartialClone, type Lacking } from "./missing-contents.ts";
import { parseTree } from "./parse-tree.ts";
import { askedName, indexTree, mentionsExport, type PathAttributes, startCheckAttr } from "./read-attributes.ts";
import { outputOf, startGit } from "./run-git.ts";
import { writeAll } from "./write-all.ts";

/** A tree to read, the hermetic gitdir that sees it, and a file for an index that may be written. */
export interface TreeQuestion {
  readonly gitDir: string;
  readonly tree: string;
  readonly index: string;
  /** Why it may lack objects. */
  readonly lacking: Lacking;
  readonly signal: AbortSignal;
}

/** Every path of a tree in git's order, in batches; those not `exportIgnored` are exactly what `git archive` writes. */
export async function* readTree(question: TreeQuestion): AsyncGenerator<readonly TreeEntry[]> {
  const { gitDir, tree, signal } = question;
  if (question.lacking === "partial") await checkWhole(question);
  const marked = await mentionsExport(gitDir, tree, signal);
  const decided = new ArchivedEntries();
  for await (const batch of marked ? withAttributes(question) : withoutAttributes(question)) {
    for (const [entry, attributes] of batch) decided.add(entry, attributes);
    const ready = decided.take();
    if (ready.length > 0) yield ready;
  }
  const last = decided.end();
  if (last.length > 0) yield last;
}

/** Attributes are files of the tree, too: of what lacks all is to be told, before the first of it is in the way. */
async function checkWhole(question: TreeQuestion): Promise<void> {
  try {
    for await (const _ of listTree(question));
  } catch (error) {
    question.signal.throwIfAborted();
    throw inPartialClone(error);
  }
}

type Pair = readonly [TreeEntry, PathAttributes];

const noAttributes: PathAttributes = { exportIgnore: false, exportSubst: false };

async function* withoutAttributes(question: TreeQuestion): AsyncGenerator<Pair[]> {
  for await (const batch of listTree(question)) yield batch.map((entry) => [entry, noAttributes]);
}

/** Asks for a path's attributes while later ones are still being listed; what waits between is bounded by the pipes. */
async function* withAttributes(question: TreeQuestion): AsyncGenerator<Pair[]> {
  const { gitDir, tree, index, signal } = question;
  await indexTree(gitDir, tree, index, signal);
  const { git, answers } = startCheckAttr(gitDir, index, signal);
  const waiting: TreeEntry[][] = [];
  const asking = writeAll(git.stdin, askedNames(listTree(question), waiting)).then(
    () => undefined,
    (error: unknown) => {
      git.stop();
      return { error };
    },
  );
  try {
    yield* inPairs(waiting, answers);
  } catch (error) {
    throw (await asking)?.error ?? error;
  } finally {
    git.stop();
  }
}

function listTree({ gitDir, tree, lacking, signal }: TreeQuestion): AsyncGenerator<TreeEntry[]> {
  const args = [`--git-dir=${gitDir}`, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree];
  return parseTree(outputOf(startGit({ args, signal }), args), lacking);
}

async function* askedNames(batches: AsyncIterable<TreeEntry[]>, waiting: TreeEntry[][]): AsyncGenerator<Buffer> {
  for await (const batch of batches) {
    waiting.push(batch);
    yield Buffer.concat(batch.map(askedName));
  }
}

async function* inPairs(waiting: TreeEntry[][], answers: AsyncIterable<PathAttributes[]>): AsyncGenerator<Pair[]> {
  let batch: readonly TreeEntry[] = [];
  let at = 0;
  for await (const some of answers) {
    const pairs: Pair[] = [];
    for (const answer of some) {
      if (at === batch.length) {
        batch = waiting.shift() ?? [];
        at = 0;
      }
      const entry = batch[at++];
      if (entry !== undefined) pairs.push([entry, answer]);
    }
    yield pairs;
  }
}
