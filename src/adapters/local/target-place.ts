import { lstatSync, readFileSync, realpathSync, rmdirSync, statSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { errnoOf } from "./disk-error.ts";
import { makeFolders } from "./make-folders.ts";
import { removeTree } from "./remove-tree.ts";
import { intoError, targetError } from "./target-error.ts";
import { assertOwnPlace, assertWritable } from "./target-foresight.ts";
import { attempt, holdsAnything, makeTargetScratch, removeDeadTargets } from "./target-scratch.ts";

/** Where a restore is made, and where it is to be shown. */
export interface TargetPlace {
  /** As it was given, for sentences. */
  readonly given: string;
  /** The folder that is to be filled, without a link at its end. */
  readonly into: string;
  /** A private folder of this process on the same file system: beside `into`, or in it. */
  readonly scratch: string;
  /** The folder can't be replaced by another: what is restored is moved into it. */
  readonly inside: boolean;
  /** What was there: an empty folder. */
  readonly existing?: Stats;
  /** Folders above `into` that were made for it, the deepest first. */
  readonly made: readonly string[];
}

/** Finds out where to restore, makes a scratch folder there and removes those of dead processes. Rejects as `openTarget` does. */
export async function openTargetPlace(given: string, apart: readonly string[] = []): Promise<TargetPlace> {
  const found = lookAt(given, apart);
  const { into, existing, stays } = found;
  const place =
    existing !== undefined && stays ? scratchInside(given, into, existing) : await scratchBeside(given, found);
  try {
    removeDeadTargets(dirname(place.scratch), place.scratch);
    if (existing !== undefined && !place.inside) removeDeadTargets(into, place.scratch);
    if (existing !== undefined && holdsAnything(into, place.scratch))
      throw intoError(given, "there is something in it");
    return place;
  } catch (error) {
    attempt(() => removePlace(place));
    throw targetError(error, "look into", given);
  }
}

/** Throws what `openTargetPlace` would reject with, as far as that can be told without making anything. */
export function foreseeTargetPlace(given: string, apart: readonly string[] = []): void {
  const { into, existing, stays } = lookAt(given, apart);
  try {
    if (existing === undefined || !stays) return assertWritable(dirname(into));
  } catch (error) {
    if (existing === undefined) throw targetError(error, "restore into", given);
  }
  try {
    assertWritable(into);
  } catch (error) {
    throw targetError(error, "restore into", given);
  }
}

/** Removes the scratch folder with all in it, and the folders that were made for it as far as they are empty. Throws what the system says. */
export function removePlace({ scratch, made }: TargetPlace): void {
  removeTree(scratch);
  for (const folder of made) attempt(() => rmdirSync(folder));
}

interface Found {
  readonly into: string;
  readonly existing?: Stats;
  /** It can't, or shouldn't, be replaced. */
  readonly stays: boolean;
}

/** What is under the final name now: nothing or an empty folder, else it throws. */
function lookAt(given: string, apart: readonly string[]): Found {
  try {
    const into = realFolder(given);
    assertOwnPlace(given, into, apart);
    const existing = lstatSync(into, { throwIfNoEntry: false });
    if (existing === undefined) return { into, stays: false };
    if (!existing.isDirectory()) throw intoError(given, "that isn't a folder");
    if (holdsAnything(into)) throw intoError(given, "there is something in it");
    return { into, existing, stays: mustStay(into, existing) };
  } catch (error) {
    throw targetError(error, "look into", given);
  }
}

/** The path without links in it; what isn't there yet by its path as it was given. */
function realFolder(given: string): string {
  try {
    return realpathSync(given);
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ENOTDIR") throw intoError(given, "a part of that path is a file", error);
    if (code === "ENOENT" && lstatSync(given, { throwIfNoEntry: false }) === undefined) return resolve(given);
    if (code === "ENOENT" || code === "ELOOP") throw intoError(given, "that is a link that leads nowhere", error);
    throw targetError(error, "look into", given);
  }
}

/** It is a mount point, or where this process is; it belongs to somebody else, or gives its group to what is made in it. */
function mustStay(into: string, existing: Stats): boolean {
  const parent = statSync(dirname(into));
  if (dirname(into) === into || parent.dev !== existing.dev) return true;
  const here = statSync(".");
  if ((here.dev === existing.dev && here.ino === existing.ino) || mountPoints().includes(into)) return true;
  const user = process.geteuid?.() ?? existing.uid;
  return (existing.mode & 0o7000) !== 0 || (user !== 0 && user !== existing.uid);
}

/** Linux lists bind mounts, which have the device of what is around them (proc_pid_mountinfo(5)); elsewhere there are none. */
function mountPoints(): readonly string[] {
  try {
    const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    return lines.map((line) => unescaped(line.split(" ")[4] ?? ""));
  } catch {
    return [];
  }
}

function unescaped(field: string): string {
  return field.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

async function scratchBeside(given: string, { into, existing }: Found): Promise<TargetPlace> {
  const made: string[] = [];
  for (let tries = 0; ; tries += 1) {
    try {
      made.push(...(await makeFolders(dirname(into))));
      const scratch = makeTargetScratch(dirname(into));
      return { given, into, scratch, inside: false, made, ...(existing && { existing }) };
    } catch (error) {
      const code = errnoOf(error) ?? "";
      // Another run that ended just now removed folders that it had made.
      if (code === "ENOENT" && tries < 50) continue;
      for (const folder of made) attempt(() => rmdirSync(folder));
      if (existing !== undefined && ["EACCES", "EPERM", "EROFS"].includes(code))
        return scratchInside(given, into, existing);
      throw targetError(error, "restore into", given);
    }
  }
}

function scratchInside(given: string, into: string, existing: Stats): TargetPlace {
  try {
    return { given, into, existing, scratch: makeTargetScratch(into), inside: true, made: [] };
  } catch (error) {
    throw targetError(error, "restore into", given);
  }
}
