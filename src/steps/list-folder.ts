import type { ColdstoreError } from "../model/errors.ts";
import type { BytePath, Candidate } from "../ports/folder.ts";
import { bytesOf } from "./byte-text.ts";
import { FolderRules } from "./folder-rules.ts";
import { findOddThings, listByRules, type OddThings } from "./list-by-rules.ts";
import { isWithin } from "./selection-rules.ts";
import type { Root, Taking } from "./taking.ts";
import { isVersionControl } from "./vcs-folders.ts";
import { readError } from "./walk-folder.ts";

/** What a folder gives before anything is left out of it. */
export interface FolderListing extends OddThings {
  readonly candidates: readonly Candidate[];
  readonly trackedButIgnored: readonly BytePath[];
  /** What git failed on; all that it told before is there. */
  readonly failed: readonly ColdstoreError[];
}

/** Lists a folder: by git's word where there is git, else by our own reading of its rules. */
export async function listFolder(
  root: Root,
  without: readonly BytePath[],
  { filter, signal }: Taking,
): Promise<FolderListing> {
  const { disk, git, at } = root;
  const skips = (folder: BytePath): boolean =>
    isVersionControl(folder, disk) || isWithin(folder.slice(0, -1), without) || filter.excludes(at + folder);
  const wants = (path: BytePath): boolean => filter.includes(at + path);
  if (git === undefined)
    return {
      trackedButIgnored: [],
      failed: [],
      ...listByRules({ disk, skips, ...(filter.asksForIgnored && { wants }) }, signal),
    };
  const listed = await gather(git.candidates(signal), () => true);
  const ignored = filter.asksForIgnored ? await gather(git.ignored(signal), wants) : nothing;
  const tracked = await gather(git.trackedButIgnored(signal), () => true);
  const candidates = [...listed.items, ...ignored.items.map(ignoredCandidate)];
  const closed = new Set(candidates.flatMap(({ kind, path }) => (kind === "file" ? [] : `${path}/`)));
  // What git can't read of ignored folders is nobody's loss.
  for (const path of (await gather(git.ignoredRoots(signal), (path) => path.endsWith("/"))).items) closed.add(path);
  const odd = findOddThings(
    { disk, skips: (folder) => closed.has(folder) || skips(folder) },
    () => FolderRules.top(disk, foldersAbove(root)),
    signal,
  );
  const failed = [listed, ignored, tracked].flatMap((each) => each.failed);
  return { candidates, trackedButIgnored: tracked.items, failed, ...odd };
}

interface Gathered<T> {
  readonly items: readonly T[];
  readonly failed: readonly ColdstoreError[];
}

const nothing: Gathered<never> = { items: [], failed: [] };

async function gather<T>(batches: AsyncIterable<readonly T[]>, wanted: (item: T) => boolean): Promise<Gathered<T>> {
  const items: T[] = [];
  try {
    for await (const batch of batches) for (const item of batch) if (wanted(item)) items.push(item);
    return { items, failed: [] };
  } catch (error) {
    return { items, failed: [readError(error)] };
  }
}

/** A repository of its own, too, may lie where a .gitignore leaves it out. */
function ignoredCandidate(path: BytePath): Candidate {
  return path.endsWith("/")
    ? { path: path.slice(0, -1), kind: "nested", tracked: false }
    : { path, kind: "file", tracked: false };
}

/** The folders of the work tree around a root, the outermost first, each with the way from it to the root. */
function foldersAbove({ disk, source }: Root): { disk: Root["disk"]; way: BytePath }[] {
  if (source === undefined || source.inRepository === "") return [];
  const parts = source.inRepository.split("/");
  const real = bytesOf(source.path).split("/");
  return parts.map((_, i) => ({
    disk: disk.at(real.slice(0, real.length - parts.length + i).join("/") || "/"),
    way: `${parts.slice(i).join("/")}/`,
  }));
}
