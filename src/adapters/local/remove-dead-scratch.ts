import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { scratchFolder } from "./key-path.ts";
import { ownerOf, ownProcess, scratchName, stateOf, type ScratchOwner } from "./scratch-owner.ts";

const dayMs = 24 * 3600 * 1000;

// A claim is held for two system calls.
const claimMs = 60_000;

const claimPrefix = "claim-";

/** The name in scratch by which a key is claimed: the same for all who want that key. */
export function claimName(key: string): string {
  return `${claimPrefix}${createHash("sha256").update(key).digest("hex").slice(0, 32)}`;
}

/**
 * Removes the scratch folders of processes that are gone: those of this host at once, those that can't be looked up from here
 * when nothing in them was made for 24 h by the file system's own clock; and old claims. Other names and links are
 * left alone. What can't be removed stays for a later run.
 */
export async function removeDeadScratch(root: string): Promise<void> {
  const here = ownProcess();
  const old = new Map<string, number>();
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    const owner = entry.isDirectory() ? ownerOf(entry.name) : undefined;
    const state = owner && stateOf(owner, here);
    if (state === "dead") await removeTree(join(root, entry.name));
    if (state === "elsewhere") old.set(entry.name, dayMs);
    if (entry.isFile() && entry.name.startsWith(claimPrefix)) old.set(entry.name, claimMs);
  }
  if (old.size > 0) await removeOld(root, old, here);
  // Fails when something is in it, which stays.
  if (basename(root) === scratchFolder) await rmdir(root).catch(() => {});
}

async function removeOld(root: string, ages: ReadonlyMap<string, number>, here: ScratchOwner): Promise<void> {
  const now = await fileSystemTime(join(root, scratchName(here)));
  if (now === undefined) return;
  for (const [name, age] of ages) {
    const touched = await lastTouched(join(root, name));
    if (touched !== undefined && now - touched > age) await removeTree(join(root, name));
  }
}

/** The file system's clock, which differs from ours on a network share; undefined when nothing can be made there. */
async function fileSystemTime(probe: string): Promise<number | undefined> {
  try {
    await mkdir(probe);
    const { mtimeMs } = await lstat(probe);
    await rmdir(probe);
    return mtimeMs;
  } catch {
    return undefined;
  }
}

/** The latest time of a file or folder: its own, or that of a file in it, which grows without touching the folder. */
async function lastTouched(path: string): Promise<number | undefined> {
  try {
    const own = await lstat(path);
    const names = own.isDirectory() ? await readdir(path) : [];
    const inside = await Promise.all(names.map((name) => lstat(join(path, name))));
    return Math.max(own.mtimeMs, ...inside.map((stat) => stat.mtimeMs));
  } catch {
    return undefined;
  }
}

/** Removes a folder with all in it; a link in it is removed, not followed. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {});
}
