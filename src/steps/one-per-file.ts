import type { BytePath, Candidate, FolderDisk } from "../ports/folder.ts";
import { bytesOf, isText, textOf } from "./byte-text.ts";
import { fold } from "./name-collisions.ts";

/** Candidates of which no two are one file, but for tracked ones. */
export interface OnePerFile {
  readonly candidates: readonly Candidate[];
  /** Tracked paths that are one file here. */
  readonly shared: readonly (readonly [BytePath, BytePath])[];
}

type Disk = Pick<FolderDisk, "look" | "names">;

/**
 * Leaves out untracked files that are a tracked one by another spelling of its name. Git lists such a file twice, since to it names
 * are bytes, when a disk takes spellings for the same that differ in case or in Unicode form.
 */
export function onePerFile(candidates: readonly Candidate[], disk: Disk): OnePerFile {
  if (!isTolerant(candidates, disk)) return { candidates, shared: [] };
  const doubles = new Set<Candidate>();
  const shared: (readonly [BytePath, BytePath])[] = [];
  const files = candidates.filter(({ kind }) => kind === "file");
  for (const group of Map.groupBy(files, ({ path }) => fold(path)).values()) {
    const [first, ...others] = group.toSorted((a, b) => Number(b.tracked) - Number(a.tracked));
    if (first === undefined || others.length === 0 || disk.look(first.path) === undefined) continue;
    for (const other of others) {
      if (hasBoth(first.path, other.path, disk)) continue;
      if (other.tracked) shared.push([first.path, other.path]);
      else doubles.add(other);
    }
  }
  return { candidates: candidates.filter((candidate) => !doubles.has(candidate)), shared };
}

const askedAtMost = 4;

/** Whether the disk finds a file by another spelling of its name; asked of a few names that have one. */
function isTolerant(candidates: readonly Candidate[], disk: Disk): boolean {
  const spellings = [otherCase, otherForm].flatMap((respell) => some(candidates, respell));
  return spellings.some((spelling) => finds(spelling, disk) && !isSpelled(spelling, disk));
}

/** What can't be looked at tells nothing here; where that matters it is said. */
function finds(path: BytePath, disk: Disk): boolean {
  try {
    return disk.look(path) !== undefined;
  } catch {
    return false;
  }
}

/** Other spellings of the first few candidates that have one. */
function some(candidates: readonly Candidate[], respell: (path: BytePath) => BytePath): readonly BytePath[] {
  const found: BytePath[] = [];
  for (const { path, kind } of candidates) {
    const other = kind === "file" ? respell(path) : path;
    if (other !== path) found.push(other);
    if (found.length === askedAtMost) break;
  }
  return found;
}

function otherCase(path: BytePath): BytePath {
  return path.replace(/[A-Za-z](?=[^A-Za-z/]*$)/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function otherForm(path: BytePath): BytePath {
  if (!isText(path)) return path;
  const text = textOf(path);
  const composed = text.normalize("NFC");
  return bytesOf(composed === text ? text.normalize("NFD") : composed);
}

function hasBoth(one: BytePath, other: BytePath, disk: Disk): boolean {
  return isSpelled(one, disk) && isSpelled(other, disk);
}

/** Whether the folders on the way, and the last one, list these very names. */
function isSpelled(path: BytePath, disk: Disk): boolean {
  const parts = path.split("/");
  return parts.every((part, i) => disk.names(parts.slice(0, i).join("/")).some(({ name }) => name === part));
}
