import type { BytePath } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import { holdsCredentials, isVersionControlAt, realPlace, type RealPlace } from "./behind-links.ts";
import { foldersWithin, wayDown } from "./selection-rules.ts";
import { contentOn, mtimeOf, noteUnreadable, type Root, type Taking } from "./taking.ts";

/**
 * Puts the file that a link leads to in the link's place; of a folder gives the root to go on with. Links that lead nowhere are
 * noted. `text` is what a link holds that the disk has as a file.
 */
export function followLink(root: Root, path: BytePath, taking: Taking, text?: BytePath): Root[] {
  const { findings, filter, rules, top } = taking;
  const at = root.at + path;
  const target = root.disk.resolve(text === undefined ? path : path.slice(0, path.lastIndexOf("/") + 1) + text);
  if (target === undefined) {
    findings.deadLinks.push(at);
    return [];
  }
  const { type } = target.entry;
  if (type !== "file" && type !== "dir") {
    findings.special.push(at);
    return [];
  }
  if (foldersWithin(textOf(target.path), rules.without).includes("")) return [];
  // By its own name alone a key or a repository's innards would go in under any other.
  const place = realPlace(target.path, top);
  if (type === "dir" && filter.excludes(`${at}/`)) findings.excluded += 1;
  else if (isVersionControlAt(place, { type, disk: root.disk })) findings.versionControlLinks.push(at);
  else if (type === "dir") return folderBehind(root, path, { real: target.path, place, taking });
  else if (holdsCredentials(place) && !filter.includes(at)) findings.credentials.push(at);
  else if (target.entry.unreadable !== undefined) noteUnreadable(at, target.entry.unreadable, findings);
  else {
    noteWayOut(root, at, { real: target.path, place, taking });
    putTarget(root, at, { ...target, taking });
  }
  return [];
}

interface Behind {
  readonly real: BytePath;
  readonly place: RealPlace;
  readonly taking: Taking;
}

/** What lies in a folder outside, and leads on to what is beside it there, was named with the link to that folder. */
function noteWayOut({ real: from }: Root, at: BytePath, { real, place, taking }: Behind): void {
  if (place.outside && wayDown(textOf(from), textOf(real)) === undefined) taking.findings.followedOut.push(at);
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
    content: contentOn(disk.at(path.slice(0, slash) || "/"), path.slice(slash + 1), entry, taking.rules),
    ...(repository && { lfs: repository }),
  });
}

function folderBehind(root: Root, path: BytePath, { real, place, taking }: Behind): Root[] {
  const { disk, repository } = root;
  const at = root.at + path;
  const slash = path.lastIndexOf("/");
  const trail = [...root.trail, slash === -1 ? root.real : `${root.real}/${path.slice(0, slash)}`];
  if (trail.some((folder) => wayDown(textOf(real), textOf(folder)) !== undefined)) {
    taking.findings.circularLinks.push(at);
    return [];
  }
  noteWayOut(root, at, { real, place, taking });
  return [{ disk: disk.at(real), real, at: `${at}/`, trail, ...(repository && { repository }) }];
}
