import type { BytePath } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import { looksLikeCredentials } from "./credentials.ts";
import { foldersWithin, wayDown } from "./selection-rules.ts";
import { mtimeOf, type Root, type Taking } from "./taking.ts";

/** Puts the file that a link leads to in the link's place; of a folder gives the root to go on with. Links that lead nowhere are noted. */
export function followLink(root: Root, path: BytePath, taking: Taking): Root[] {
  const { findings, filter, rules } = taking;
  const at = root.at + path;
  const target = root.disk.resolve(path);
  if (target === undefined) findings.deadLinks.push(at);
  else if (looksLikeCredentials(target.path) && !filter.includes(at)) findings.credentials.push(at);
  else if (foldersWithin(textOf(target.path), rules.without).includes("")) return [];
  else if (target.entry.type === "file") putTarget(root, at, { ...target, taking });
  else if (target.entry.type !== "dir") findings.special.push(at);
  else return folderBehind(root, path, { real: target.path, taking });
  return [];
}

function putTarget(
  { disk, repository }: Root,
  at: BytePath,
  { path, entry, taking }: ReturnType<Root["disk"]["resolve"]> & { readonly taking: Taking },
): void {
  const slash = path.lastIndexOf("/");
  taking.findings.entries.set(at, {
    path: at,
    type: "file",
    mode: entry.executable ? 0o755 : 0o644,
    mtime: mtimeOf(taking.rules, entry.mtime),
    bytes: entry.bytes,
    content: { kind: "disk", disk: disk.at(path.slice(0, slash) || "/"), path: path.slice(slash + 1), looked: entry },
    ...(repository && { lfs: repository }),
  });
}

function folderBehind(
  root: Root,
  path: BytePath,
  { real, taking }: { readonly real: BytePath; readonly taking: Taking },
): Root[] {
  const { disk, repository } = root;
  const at = root.at + path;
  const slash = path.lastIndexOf("/");
  const trail = [...root.trail, slash === -1 ? root.real : `${root.real}/${path.slice(0, slash)}`];
  if (trail.some((folder) => wayDown(textOf(real), textOf(folder)) !== undefined)) {
    taking.findings.circularLinks.push(at);
    return [];
  }
  if (taking.filter.excludes(`${at}/`)) {
    taking.findings.excluded += 1;
    return [];
  }
  return [{ disk: disk.at(real), real, at: `${at}/`, trail, ...(repository && { repository }) }];
}
