import { createHash } from "node:crypto";
import { chmod, lstat, open, readFile, stat, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { diskError, errnoOf, saysAbsent } from "../local/disk-error.ts";
import { findInZip, unzipped } from "./rclone-zip.ts";
import { type CachedTool, findTool, keepTool } from "./tool-cache.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A zip with an executable in it, and its place in the cache: a folder of its own, by version and digest. */
export interface CachePlace extends CachedTool {
  readonly folder: string;
  /** Lowercase hex, of the zip. */
  readonly sha256: string;
  /** Path of the executable in the zip. */
  readonly within: string;
  /** Name of the executable in the folder. */
  readonly file: string;
}

/** Where fetched programs are kept: the runner's tool cache, or this user's folder for what can be had again. */
export function cacheFolder(env: Environment, platform: string): string {
  const runner = absolute(env["RUNNER_TOOL_CACHE"]);
  if (runner !== undefined) return join(runner, "coldstore-rclone");
  const home = absolute(env["HOME"]) ?? absolute(env["USERPROFILE"]);
  const local = platform === "win32" ? absolute(env["LOCALAPPDATA"]) : undefined;
  const usual = platform === "darwin" ? join("Library", "Caches") : ".cache";
  const caches = absolute(env["XDG_CACHE_HOME"]) ?? local ?? (home && join(home, usual));
  if (caches !== undefined) return join(caches, "coldstore", "rclone");
  throw new ColdstoreError(
    "settings",
    "there is no folder to keep rclone in; set XDG_CACHE_HOME or HOME to one, or set rclone-path to an rclone that is here",
  );
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** Name of the zip in its folder. */
export const keptZip = "rclone.zip";

/** What a zip of rclone's never exceeds; those of 1.75 have 28 MB. */
export const mostZipBytes = 256 * 1024 * 1024;

/**
 * Looks at a program in the cache: `good` when it was kept to the end and has the very bytes that the zip of the wanted digest holds. A digest noted beside
 * it would prove nothing: whoever can change the one in a shared cache can change the other. So the zip stays there, and
 * all goes back to its digest, at half a second a run.
 */
export async function checkCached(place: CachePlace): Promise<"absent" | "broken" | "good"> {
  try {
    if (findTool(place) === undefined) return (await isThere(place.folder)) ? "broken" : "absent";
    const path = join(place.folder, keptZip);
    if (!(await mayBeZip(path))) return "broken";
    const zip = await readFile(path);
    if (sha256Of(zip) !== place.sha256) return "broken";
    return (await holdsSame(zip, place)) ? "good" : "broken";
  } catch (thrown) {
    if (thrown instanceof ColdstoreError) return "broken";
    if (saysAbsent(thrown)) return (await isThere(place.folder)) ? "broken" : "absent";
    throw diskError(thrown, "read", place.folder, "folder");
  }
}

/** Not read when it isn't: Node takes no file of 2 GiB, and a pipe would have to be waited for. */
async function mayBeZip(path: string): Promise<boolean> {
  const found = await stat(path);
  return found.isFile() && found.size <= mostZipBytes;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function holdsSame(zip: Buffer, { folder, within, file }: CachePlace): Promise<boolean> {
  const program = findInZip(zip, within);
  const path = join(folder, file);
  const found = await lstat(path);
  const mayRun = process.platform === "win32" || (found.mode & 0o111) !== 0;
  if (!found.isFile() || !mayRun || found.size !== program.bytes) return false;
  await using handle = await open(path, "r");
  const buffer = Buffer.alloc(1024 * 1024);
  for await (const chunk of unzipped(program))
    for (let at = 0; at < chunk.length;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, chunk.length - at));
      if (bytesRead === 0 || !buffer.subarray(0, bytesRead).equals(chunk.subarray(at, at + bytesRead))) return false;
      at += bytesRead;
    }
  return true;
}

/**
 * Unpacks the executable beside its zip in a folder that nobody else looks at. The zip is read once: what is unpacked are the bytes
 * that were hashed. Gives the digest that it has instead of the wanted one, with nothing unpacked then.
 */
export async function unpack(folder: string, { sha256, within, file }: CachePlace): Promise<string | undefined> {
  const zip = await readFile(join(folder, keptZip));
  const found = sha256Of(zip);
  if (found !== sha256) return found;
  const path = join(folder, file);
  try {
    await writeFile(path, unzipped(findInZip(zip, within)), { flag: "wx", mode: 0o700 });
    await chmod(path, 0o755);
  } catch (thrown) {
    throw diskError(thrown, "write", path, "folder");
  }
  return undefined;
}

const mostTries = 6;

/**
 * Has the runner's toolkit keep a program and its zip. Other runs may do so at the same moment, and each empties the place first: so
 * what lies there is proven before, which leaves a good one alone, and after, and what is missing or half then is tried again a
 * moment later.
 */
export async function keepInCache(made: string, place: CachePlace, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    const refused = await keepOnce(made, place);
    if (refused === undefined) return;
    if (tries === mostTries) throw refused;
    await delay(200 + Math.random() * 400 * tries, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Gives what keeps it from being there whole. */
async function keepOnce(made: string, place: CachePlace): Promise<ColdstoreError | undefined> {
  try {
    // Between seeing that there is none and emptying its place, no other run gets the time to be told that its own is good.
    if (findTool(place) !== undefined && (await checkCached(place)) === "good") return undefined;
    await keepTool(made, place);
    if ((await checkCached(place)) === "good") return undefined;
    return unkept(place, "something else changes it");
  } catch (thrown) {
    if (thrown instanceof ColdstoreError) return thrown;
    if (errnoOf(thrown) !== undefined) return diskError(thrown, "write", place.folder, "folder");
    return unkept(place, thrown instanceof Error ? visibleText(thrown.message) : "unknown", thrown);
  }
}

function unkept({ folder }: CachePlace, why: string, cause?: unknown): ColdstoreError {
  const advice = "look into that folder, or set rclone-path to an rclone that is here";
  return new ColdstoreError("store", `rclone can't be kept in ${folder}: ${why}; ${advice}`, { cause });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
