import { access, constants, open, opendir, stat } from "node:fs/promises";
import { partName } from "../../model/archive-format.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { manifestSuffix } from "../../model/manifest.ts";
import { formatBytes, formatDuration } from "../../model/units.ts";
import type { Need } from "../../ports/store.ts";
import type { Workspace } from "../../ports/workspace.ts";
import { diskError, saysAbsent } from "./disk-error.ts";
import { freeBytes } from "./free-space.ts";

const clockToleranceMs = 5 * 60 * 1000;

export interface FolderToCheck {
  readonly root: string;
  readonly name: string;
  readonly scratch: Workspace;
  now(): number;
}

/** All that stands against using a folder as a store; leaves it as it was, also absent. */
export async function preflightFolder(folder: FolderToCheck, need: Need): Promise<readonly ColdstoreError[]> {
  const state = await stateOf(folder.root);
  if (state instanceof ColdstoreError) return [state];
  if (state === "absent" && !need.write) return [await missing(folder)];
  const checks = need.write ? [tryWriting(folder), checkRoom(folder, need.bytes)] : [];
  if (state === "there") checks.unshift(tryReading(folder, need));
  return (await Promise.all(checks)).flat();
}

async function stateOf(root: string): Promise<"there" | "absent" | ColdstoreError> {
  try {
    if ((await stat(root)).isDirectory()) return "there";
    return new ColdstoreError("store", `${root} is a file, not a folder. Name a folder as the store.`);
  } catch (error) {
    return saysAbsent(error) ? "absent" : diskError(error, "look at", root);
  }
}

async function missing({ root, name }: FolderToCheck): Promise<ColdstoreError> {
  const where = name === root ? name : `${name} (${root})`;
  const part = partName(root, 1);
  const isSplit = await stat(part).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isSplit) return inParts(where, part);
  if (/\.(?:tar|tgz|tzst|zip|tar\.(?:gz|zst)|part-[0-9]+|coldstore\.json)$/i.test(root))
    return new ColdstoreError(
      "not-found",
      `there is no file ${where}, and no store folder of that name. Look at the path.`,
    );
  return new ColdstoreError(
    "not-found",
    `there is no store folder ${where}. Look at the path and whether its disk is mounted.`,
  );
}

/** The name of a split archive was taken for a store's, since no file has it. */
function inParts(where: string, part: string): ColdstoreError {
  const manifest = part.replace(/\.(tar\.gz|tar\.zst|tar|zip)\.part-001$/, "") + manifestSuffix;
  return new ColdstoreError(
    "not-found",
    `${where} is there in parts only. Name its manifest, ${manifest}, for all of the set, or one part such as ${part}.`,
  );
}

async function tryReading(folder: FolderToCheck, need: Need): Promise<readonly ColdstoreError[]> {
  try {
    await using entries = await opendir(folder.root);
    await entries.read();
    return [];
  } catch (error) {
    if (!saysAbsent(error)) return [diskError(error, "list", folder.root)];
    // Another run that had just made the folder for its own look removed it again.
    return need.write ? [] : [await missing(folder)];
  }
}

/** Writes a file where the run will, which tells more than permission bits do, and has its time from the file system's clock. */
async function tryWriting(folder: FolderToCheck): Promise<readonly ColdstoreError[]> {
  try {
    await using scratch = await folder.scratch.scratch();
    const probe = await open(scratch.file("probe"), "wx");
    try {
      await probe.write("coldstore");
      const { mtimeMs } = await probe.stat();
      await access(folder.root, constants.W_OK);
      return compareClocks(folder, mtimeMs);
    } finally {
      await probe.close();
    }
  } catch (error) {
    return [diskError(error, "write to", folder.root)];
  }
}

function compareClocks(folder: FolderToCheck, fileTime: number): readonly ColdstoreError[] {
  const ahead = folder.now() - fileTime;
  if (Math.abs(ahead) <= clockToleranceMs) return [];
  const words = `${formatDuration(Math.abs(ahead) / 1000)} ${ahead > 0 ? "ahead of" : "behind"}`;
  return [
    new ColdstoreError(
      "store",
      `this machine's clock is ${words} that of ${folder.root}. Set the wrong one right, for sets are dated by it.`,
    ),
  ];
}

async function checkRoom(folder: FolderToCheck, needed: number): Promise<readonly ColdstoreError[]> {
  const free = await freeBytes(folder.root);
  if (free === undefined || free >= needed) return [];
  const text = `${folder.root} has ${formatBytes(free)} free and up to ${formatBytes(needed)} will be written: ${formatBytes(needed - free)} are missing.`;
  return [new ColdstoreError("store", `${text} Free some space or use another store.`)];
}
