import { lstatSync, mkdirSync, readdirSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { removeTree } from "./remove-tree.ts";
import { ownerOf, ownProcess, scratchName, stateOf, type ScratchOwner } from "./scratch-owner.ts";

/** What the names of half-made restores begin with; a scratch name follows. They lie in folders that aren't ours. */
const targetPrefix = ".coldstore-restore-";

const dayMs = 24 * 3600 * 1000;

/** Makes a private folder for a half-made restore; gives its path. Throws what the system says. */
export function makeTargetScratch(folder: string): string {
  const path = join(folder, targetPrefix + scratchName(ownProcess()));
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/**
 * Removes the half-made restores of dead processes from a folder: those of this host at once, those that can't be looked up from
 * here when they weren't touched for 24 h before `own` was, a scratch folder just made on the same file system. Only what is
 * private to this user: anyone may make a name in a folder such as /tmp, and swap things while they are removed. What
 * can't be removed stays for a later run.
 */
export function removeDeadTargets(folder: string, own: string): void {
  const here = ownProcess();
  const ownStat = lstatSync(own);
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const owner = name.startsWith(targetPrefix) ? ownerOf(name.slice(targetPrefix.length)) : undefined;
    if (owner === undefined || name === basename(own)) continue;
    attempt(() => {
      if (isLeft(lstatSync(path), owner, { here, ownStat })) removeTree(path);
    });
  }
}

interface Here {
  readonly here: ScratchOwner;
  readonly ownStat: Stats;
}

function isLeft(stat: Stats, owner: ScratchOwner, { here, ownStat }: Here): boolean {
  // The mode says too that it's a folder.
  const isOurs = stat.uid === ownStat.uid && stat.mode === ownStat.mode;
  const state = stateOf(owner, here);
  const isOld = state === "elsewhere" && ownStat.mtimeMs - stat.mtimeMs > dayMs;
  return isOurs && (state === "dead" || isOld);
}

/** Whether something is in a folder: beside any half-made restores, or when `own` is given, beside that one alone. */
export function holdsAnything(folder: string, own?: string): boolean {
  const mine = own !== undefined && dirname(own) === folder ? basename(own) : undefined;
  return readdirSync(folder).some((name) => name !== mine && (own !== undefined || !name.startsWith(targetPrefix)));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Does what may fail without harm. */
export function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The next run tries again.
  }
}
