import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ColdstoreError } from "../../model/errors.ts";
import { manifestSuffix } from "../../model/manifest.ts";
import type { Io } from "../../ports/store.ts";
import type { Staged } from "./put-batch.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { folderOf } from "./remote-path.ts";

interface Search {
  readonly rclone: Rclone;
  readonly folder: string;
  readonly staged: readonly Staged[];
  readonly patienceMs: number;
}

/**
 * Removes what a run that was killed has left of these very artifacts, on remotes that show files before they are whole: files
 * that begin as the artifact does, end too early, don't grow, and lie beside no manifest. Resolves to the keys that are taken then.
 */
export async function removeLeftovers(search: Search, io: Io): Promise<Set<string>> {
  const { rclone, staged } = search;
  const keys = staged.map(({ key }) => key);
  const there = await rclone.find(keys, [], io);
  const taken = new Set(there.map(({ path }) => path));
  const wanted = new Map(staged.map((item) => [item.key, item]));
  const short = there.filter(({ path, bytes }) => bytes < (wanted.get(path)?.bytes ?? 0));
  if (short.length === 0) return taken;
  // Somebody who is still sending sends more in this time.
  await sleep(search.patienceMs, undefined, { signal: io.signal }).catch(() => io.signal.throwIfAborted());
  const later = await rclone.find(
    short.map(({ path }) => path),
    [],
    io,
  );
  for (const file of later) {
    const before = short.find(({ path }) => path === file.path);
    if (before === undefined || !isAsBefore(before, file) || (await liesInSet(rclone, file.path, io))) continue;
    if (!(await isBeginning(search, file, io))) continue;
    await rclone.remove(file.path, io);
    taken.delete(file.path);
  }
  return taken;
}

const farewellMs = 5000;

/** Removes what a call that was stopped has left of these artifacts, as far as that goes in a few seconds. */
export async function removeHalfMade({
  rclone,
  staged,
  before,
}: Pick<Search, "rclone" | "staged"> & { readonly before: ReadonlySet<string> }): Promise<void> {
  const io = { signal: AbortSignal.timeout(farewellMs), progress: () => undefined };
  const ours = new Map(staged.flatMap(({ key, bytes }) => (before.has(key) ? [] : [[key, bytes] as const])));
  try {
    for (const { path, bytes } of await rclone.find([...ours.keys()], [], io))
      if (bytes < (ours.get(path) ?? 0)) await rclone.remove(path, io);
  } catch {
    // The next run looks at what is left.
  }
}

function isAsBefore(before: RemoteFile, now: RemoteFile): boolean {
  return before.bytes === now.bytes && before.modified?.getTime() === now.modified?.getTime();
}

async function liesInSet(rclone: Rclone, key: string, io: Io): Promise<boolean> {
  try {
    const files = await rclone.list(folderOf(key), [], io);
    return files.some(({ path }) => path.endsWith(manifestSuffix));
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "not-found") return false;
    throw error;
  }
}

async function isBeginning({ rclone, folder }: Search, { path, bytes }: RemoteFile, io: Io): Promise<boolean> {
  if (bytes === 0) return true;
  const silent = { signal: io.signal, progress: () => undefined };
  const local = createReadStream(join(folder, ...path.split("/")), { end: bytes - 1, signal: io.signal });
  const [ours, theirs] = await Promise.all([digestOf(local), digestOf(await rclone.cat(path, undefined, silent))]);
  return ours === theirs;
}

async function digestOf(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
