import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { Io, SmallObject } from "../../ports/store.ts";
import type { Rclone } from "./rclone.ts";
import { assertKey } from "./remote-key.ts";

const mostBytes = 64 * 1024 * 1024;
const atOnce = 500;

/** Small objects whole, many by one call of rclone, by way of a folder of scratch that isn't there yet. Rejects for an abort alone. */
export async function* readMany(
  rclone: Rclone,
  { keys, folder }: { readonly keys: readonly string[]; readonly folder: string },
  io: Io,
): AsyncGenerator<SmallObject> {
  const [good, bad] = sortOut(keys);
  yield* bad;
  for (let at = 0; at < good.length; at += atOnce) {
    const some = good.slice(at, at + atOnce);
    try {
      const faults = await fetch(rclone, { keys: some, folder }, io);
      const missing: string[] = [];
      for (const key of some) {
        const result = await readFetched(join(folder, ...key.split("/")), key);
        if ("missing" in result) missing.push(key);
        else yield tell(result, io);
      }
      yield* whyMissing(rclone, { keys: missing, faults }, io);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Why each file wasn't fetched, by its key. */
type Faults = ReadonlyMap<string, ColdstoreError>;

async function fetch(
  rclone: Rclone,
  { keys, folder }: { readonly keys: readonly string[]; readonly folder: string },
  io: Io,
): Promise<Faults> {
  try {
    const faults = await rclone.copyOut({ folder, paths: keys }, { signal: io.signal, progress: () => undefined });
    return new Map(faults.map(({ path, error }) => [path, asColdstoreError(error)]));
  } catch (error) {
    io.signal.throwIfAborted();
    return new Map(keys.map((key) => [key, asColdstoreError(error)]));
  }
}

async function readFetched(path: string, key: string): Promise<SmallObject> {
  const bytes = await stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (bytes === undefined) return { key, missing: true };
  if (bytes < mostBytes) return { key, data: await readFile(path) };
  const text = `${key} has ${bytes} bytes, far more than a record of ours. Look what it is.`;
  return { key, error: new ColdstoreError("integrity", text) };
}

function tell(result: SmallObject, io: Io): SmallObject {
  if ("data" in result && result.data.length > 0) io.progress({ key: result.key, bytes: result.data.length });
  return result;
}

/** That rclone passes over what it can't find, without a word, isn't taken for an answer. */
async function* whyMissing(
  rclone: Rclone,
  { keys, faults }: { readonly keys: readonly string[]; readonly faults: Faults },
  io: Io,
): AsyncGenerator<SmallObject> {
  let there: ReadonlySet<string>;
  try {
    there = new Set((await rclone.find(keys, [], io)).map(({ path }) => path));
  } catch (error) {
    io.signal.throwIfAborted();
    for (const key of keys) yield { key, error: faults.get(key) ?? asColdstoreError(error) };
    return;
  }
  const lost = (key: string): ColdstoreError =>
    new ColdstoreError("store", `${key} didn't come from ${rclone.name}; run again`, { transient: true });
  for (const key of keys) yield there.has(key) ? { key, error: faults.get(key) ?? lost(key) } : { key, missing: true };
}

function sortOut(keys: readonly string[]): readonly [good: readonly string[], bad: readonly SmallObject[]] {
  const good: string[] = [];
  const bad: SmallObject[] = [];
  for (const key of keys) {
    try {
      assertKey(key);
      good.push(key);
    } catch (error) {
      bad.push({ key, error: asColdstoreError(error) });
    }
  }
  return [good, bad];
}
