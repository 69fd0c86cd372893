import { lstatSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { errnoOf, saysAbsent } from "./disk-error.ts";
import { intoError, targetError } from "./target-error.ts";
import type { TargetPlace } from "./target-place.ts";
import { attempt, holdsAnything } from "./target-scratch.ts";

const taken = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"]);

const meanwhile = "something has come to be there since the restore began, so nothing was restored";

/** Puts a whole tree under its final name at once: rename(2) takes an empty folder's place, and fails for everything else. */
export function showByRename(tree: string, { given, into }: TargetPlace): void {
  try {
    // Windows replaces no folder.
    if (process.platform === "win32") removeEmpty(into);
    renameSync(tree, into);
  } catch (error) {
    if (taken.has(errnoOf(error) ?? "")) throw intoError(given, meanwhile, error);
    throw targetError(error, "put what was restored into", given);
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!saysAbsent(error)) throw error;
  }
}

/**
 * Moves what is in a tree into a folder that can't be replaced and holds nothing but the scratch folder: one rename for each
 * name at the top. Each is whole when it's seen; a process that is killed meanwhile leaves some of them, and the others in
 * its scratch. When one can't be moved, those that were go back.
 */
export function showByMoves(tree: string, place: TargetPlace): void {
  const moved: Buffer[] = [];
  const [from, to] = [Buffer.from(`${tree}/`), Buffer.from(`${place.into}/`)];
  try {
    if (holdsAnything(place.into, place.scratch)) throw intoError(place.given, meanwhile);
    for (const name of readdirSync(tree, { encoding: "buffer" })) {
      const target = Buffer.concat([to, name]);
      if (isThere(target)) throw intoError(place.given, meanwhile);
      renameSync(Buffer.concat([from, name]), target);
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) attempt(() => renameSync(Buffer.concat([to, name]), Buffer.concat([from, name])));
    if (taken.has(errnoOf(error) ?? "")) throw intoError(place.given, meanwhile, error);
    throw targetError(error, "put what was restored into", place.given);
  }
}

function isThere(path: Buffer): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
