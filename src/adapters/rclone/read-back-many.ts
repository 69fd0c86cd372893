import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { asColdstoreError, type ColdstoreError } from "../../model/errors.ts";
import type { Io } from "../../ports/store.ts";
import type { Rclone } from "./rclone.ts";

/** An object to read back, and the SHA-256 that it should have. */
export interface ToReadBack {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What came of reading objects back: those in neither aren't there, or have other bytes. */
export interface ReadBackMany {
  readonly same: ReadonlySet<string>;
  /** Objects that couldn't be read, and why: that tells nothing of their bytes. */
  readonly faults: ReadonlyMap<string, ColdstoreError>;
}

// Small ones are fetched together, which costs one process; each large one is streamed.
const smallBytes = 16 * 1024 * 1024;
const groupBytes = 128 * 1024 * 1024;

/** Reads objects back and compares their digests. `folder` is scratch that isn't there yet. Rejects for an abort alone. */
export async function readBackMany(
  rclone: Rclone,
  { objects, folder }: { readonly objects: readonly ToReadBack[]; readonly folder: string },
  io: Io,
): Promise<ReadBackMany> {
  const same = new Set<string>();
  const faults = new Map<string, ColdstoreError>();
  const silent = { signal: io.signal, progress: () => undefined };
  const note = (object: ToReadBack, digest: string | undefined): void => {
    if (digest === object.sha256) same.add(object.key);
  };
  const trying = async (objects: readonly ToReadBack[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      io.signal.throwIfAborted();
      for (const { key } of objects) faults.set(key, asColdstoreError(error));
    }
  };
  for (const group of groupsOf(objects.filter(({ bytes }) => bytes <= smallBytes)))
    await trying(group, async () => {
      try {
        const failed = await rclone.copyOut({ folder, paths: group.map(({ key }) => key) }, silent);
        for (const { path, error } of failed) faults.set(path, asColdstoreError(error));
        for (const object of group) note(object, await digestOfFile(join(folder, ...object.key.split("/"))));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  for (const object of objects.filter(({ bytes }) => bytes > smallBytes))
    await trying([object], async () => note(object, await digestOf(await rclone.cat(object.key, undefined, silent))));
  return { same, faults };
}

function groupsOf(objects: readonly ToReadBack[]): readonly (readonly ToReadBack[])[] {
  const groups: ToReadBack[][] = [];
  let room = 0;
  for (const object of objects) {
    const group = groups.at(-1);
    if (group === undefined || object.bytes > room) {
      groups.push([object]);
      room = groupBytes - object.bytes;
    } else {
      group.push(object);
      room -= object.bytes;
    }
  }
  return groups;
}

async function digestOfFile(path: string): Promise<string | undefined> {
  try {
    return await digestOf(createReadStream(path));
  } catch {
    return undefined;
  }
}

/** SHA-256 of a stream, lowercase hex. */
async function digestOf(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
