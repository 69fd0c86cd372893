import { setImmediate } from "node:timers/promises";
import type { BytePath, Candidate, DiskEntry } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";
import { holdsCredentials, placeIn, type RealPlace, realPlace } from "./behind-links.ts";
import { looksLikeCredentials } from "./credentials.ts";
import { followLink } from "./follow-links.ts";
import { type FolderListing, listFolder } from "./list-folder.ts";
import { onePerFile } from "./one-per-file.ts";
import { findOwnOutput, isOwnOutput, type OwnOutput } from "./own-output.ts";
import { foldersWithin, isWithin } from "./selection-rules.ts";
import { takeSubmodules } from "./take-submodules.ts";
import { contentOn, mtimeOf, noteUnreadable, type Root, rootOf, type Taking } from "./taking.ts";
import { linkInFile } from "./link-in-file.ts";
import { isVersionControl } from "./vcs-folders.ts";
import { readError } from "./walk-folder.ts";

/** What is in the way of taking a folder's candidates one by one, and what they leave to be done after. */
interface Pass {
  readonly root: Root;
  readonly taking: Taking;
  /** Where the root really lies, when a link leads there. */
  readonly behind: RealPlace | undefined;
  readonly own: OwnOutput;
  readonly submodules: Candidate[];
  readonly nested: Candidate[];
  /** Folders that links lead to. */
  readonly linked: Root[];
}

// So many candidates at a time; between them an abort is heard.
const atOnce = 4096;

/** Goes through a folder and all that belongs to it, and adds what is found. */
export async function takeFolder(root: Root, taking: Taking): Promise<void> {
  const without = foldersWithin(textOf(root.real), taking.rules.without);
  if (without.includes("")) return;
  const listing = await listFolder(root, without, taking);
  const { candidates, shared } = onePerFile(listing.candidates, root.disk);
  taking.findings.sharedFiles.push(...shared.map(([one, other]) => [root.at + one, root.at + other] as const));
  const wanted = candidates.filter(({ path }) => !isWithin(path, without));
  const untracked = wanted.flatMap(({ tracked, path }) => (tracked ? [] : path));
  const behind = root.source === undefined ? realPlace(root.real, taking.top) : undefined;
  const own = await findOwnOutput(root.disk, untracked, taking.signal);
  const pass: Pass = { root, taking, behind, own, submodules: [], nested: [], linked: [] };
  for (let i = 0; i < wanted.length; i += atOnce) {
    for (const candidate of wanted.slice(i, i + atOnce)) takeCandidate(candidate, pass);
    await setImmediate();
    taking.signal.throwIfAborted();
  }
  noteOddThings(listing, pass);
  await takeSubmodules(root, pass.submodules, taking);
  for (const { path } of pass.nested) await takeNested(root, path, taking);
  for (const folder of pass.linked) await takeFolder(folder, taking);
}

function noteOddThings(listing: FolderListing, { root, taking: { findings, filter }, own }: Pass): void {
  const inArchive = (path: BytePath): BytePath => root.at + path;
  const special = listing.special.filter((path) => !isOwnOutput(path, own)).map(inArchive);
  findings.special.push(...special.filter((path) => !filter.excludes(path)));
  const empty = listing.empty.filter((path) => !isOwnOutput(`${path}/`, own)).map(inArchive);
  findings.emptyFolders.push(...empty);
  const leftOutBy = root.git === undefined ? "exclude" : "gitignore";
  for (const { path, error } of listing.unreadable)
    findings.unreadable.push({ path: inArchive(path), kind: "folder", leftOutBy, error });
  // Git mostly fails on the very folders that the walk has found.
  if (listing.unreadable.length === 0) findings.errors.push(...listing.failed.slice(0, 1));
  const tracked = listing.trackedButIgnored.map(inArchive);
  findings.trackedButIgnored.push(...tracked.filter((path) => findings.entries.has(path)));
}

async function takeNested(root: Root, path: BytePath, taking: Taking): Promise<void> {
  const at = root.at + path;
  if (taking.rules.submodules !== "include") {
    taking.findings.nested.push(at);
    return;
  }
  const real = `${root.real}/${path}`;
  await takeFolder(
    root.source === undefined
      ? { disk: root.disk.at(real), real, at: `${at}/`, trail: root.trail }
      : rootOf(await root.source.nested(path), `${at}/`, root.trail),
    taking,
  );
}

function takeCandidate(candidate: Candidate, pass: Pass): void {
  const { path, kind, tracked } = candidate;
  const { root, taking } = pass;
  const { findings, filter } = taking;
  const at = root.at + path;
  if (isVersionControl(path, root.disk)) {
    if (tracked) findings.versionControl.push(at);
  } else if (filter.excludes(kind === "file" ? at : `${at}/`)) findings.excluded += 1;
  else if (candidate.state === "unmerged") findings.unmerged.add(at);
  else if (kind === "submodule") pass.submodules.push(candidate);
  else if (!tracked && isOwnOutput(kind === "file" ? path : `${path}/`, pass.own)) findings.ownOutput.push(at);
  else if (kind === "nested") pass.nested.push(candidate);
  else if (!tracked && isSecret(path, pass) && !filter.includes(at)) findings.credentials.push(at);
  else takeFile(candidate, pass);
}

function isSecret(path: BytePath, { root, behind }: Pass): boolean {
  return looksLikeCredentials(root.at + path) || (behind !== undefined && holdsCredentials(placeIn(behind, path)));
}

function takeFile(candidate: Candidate, pass: Pass): void {
  const { findings } = pass.taking;
  const at = pass.root.at + candidate.path;
  try {
    const looked = pass.root.disk.look(candidate.path);
    if (looked === undefined || looked.type === "dir") takeAbsent(candidate, at, pass);
    else if (looked.unreadable !== undefined) noteUnreadable(at, looked.unreadable, findings);
    else if (looked.type === "file") takePlain(candidate, looked, pass);
    else if (looked.type === "symlink") takeLink(candidate, looked, pass);
    else findings.special.push(at);
  } catch (error) {
    findings.unreadable.push({ path: at, kind: "file", leftOutBy: "exclude", error: readError(error) });
  }
}

/** An untracked file that has gone since it was listed is none any more. */
function takeAbsent({ tracked, state }: Candidate, at: BytePath, { taking: { findings } }: Pass): void {
  if (tracked) (state === "sparse" ? findings.sparse : findings.deleted).push(at);
}

function takePlain(candidate: Candidate, looked: DiskEntry, pass: Pass): void {
  const target = candidate.link && linkInFile(pass.root.disk, candidate.path, looked);
  if (target === undefined) put(candidate, looked, pass);
  else takeLink(candidate, looked, pass, target);
}

function put(candidate: Candidate, looked: DiskEntry, { root, taking }: Pass): void {
  const { path, tracked, executable = looked.executable } = candidate;
  const at = root.at + path;
  const { repository, disk } = root;
  taking.findings.entries.set(at, {
    path: at,
    type: "file",
    mode: executable ? 0o755 : 0o644,
    mtime: mtimeOf(taking.rules, looked.mtime),
    bytes: looked.bytes,
    content: contentOn(disk, path, looked, taking.rules),
    ...(repository && { lfs: repository }),
  });
  if (!tracked) taking.findings.untracked.push(at);
}

/** `inFile`: where a link leads that the disk has as a file. */
function takeLink({ path, tracked }: Candidate, looked: DiskEntry, pass: Pass, inFile?: BytePath): void {
  const { root, taking, linked } = pass;
  const { findings, rules } = taking;
  const at = root.at + path;
  switch (rules.symlinks) {
    case "keep":
      findings.entries.set(at, {
        path: at,
        type: "symlink",
        mode: 0o777,
        mtime: mtimeOf(rules, looked.mtime),
        link: inFile ?? root.disk.link(path),
      });
      break;
    case "follow":
      linked.push(...followLink(root, path, taking, inFile));
      if (!findings.entries.has(at)) return;
      break;
    case "skip":
    case "fail":
      findings.links.push(at);
      return;
  }
  if (!tracked) findings.untracked.push(at);
}
