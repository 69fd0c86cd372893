import type { BytePath, Candidate } from "../ports/folder.ts";
import { bytesOf } from "./byte-text.ts";
import { FolderRules } from "./folder-rules.ts";
import { findOddThings, listByRules, type OddThings } from "./list-by-rules.ts";
import { isWithin } from "./selection-rules.ts";
import type { Root, Taking } from "./taking.ts";
import { isVersionControl } from "./vcs-folders.ts";

/** What a folder gives before anything is left out of it: by git's word where there is git, else by our own reading of its rules. */
export async function listFolder(
  root: Root,
  without: readonly BytePath[],
  { filter, signal }: Taking,
): Promise<OddThings & { readonly candidates: readonly Candidate[] }> {
  const { disk, git, at } = root;
  const skips = (folder: BytePath): boolean =>
    isVersionControl(folder, disk) || isWithin(folder.slice(0, -1), without) || filter.excludes(at + folder);
  const wants = (path: BytePath): boolean => filter.includes(at + path);
  if (git === undefined) return listByRules({ disk, skips, ...(filter.asksForIgnored && { wants }) }, signal);
  const candidates: Candidate[] = [];
  for await (const batch of git.candidates(signal)) for (const each of batch) candidates.push(each);
  if (filter.asksForIgnored)
    for await (const batch of git.ignored(signal))
      for (const path of batch) if (wants(path)) candidates.push(ignoredCandidate(path));
  const closed = new Set(candidates.flatMap(({ kind, path }) => (kind === "file" ? [] : `${path}/`)));
  for await (const batch of git.ignoredRoots(signal))
    for (const path of batch) if (path.endsWith("/")) closed.add(path);
  const odd = findOddThings(
    { disk, skips: (folder) => closed.has(folder) || skips(folder) },
    () => FolderRules.top(disk, foldersAbove(root)),
    signal,
  );
  return { candidates, ...odd };
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
