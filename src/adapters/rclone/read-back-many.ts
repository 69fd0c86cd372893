import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Io } from "../../ports/store.ts";
import type { Rclone } from "./rclone.ts";

/** An object to read back, and the SHA-256 that it should have. */
export interface ToReadBack {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

// Small ones are fetched together, which costs one process; each large one is streamed.
const smallBytes = 16 * 1024 * 1024;
const groupBytes = 128 * 1024 * 1024;

/** Reads objects back and resolves to the keys of those whose bytes have the digest. `folder` is scratch that isn't there yet. */
export async function readBackMany(
  rclone: Rclone,
  { objects, folder }: { readonly objects: readonly ToReadBack[]; readonly folder: string },
  io: Io,
): Promise<ReadonlySet<string>> {
  const same = new Set<string>();
  const silent = { signal: io.signal, progress: () => undefined };
  const note = (object: ToReadBack, digest: string | undefined): void => {
    if (digest === object.sha256) same.add(object.key);
  };
  for (const group of groupsOf(objects.filter(({ bytes }) => bytes <= smallBytes))) {
    try {
      await rclone.copyOut({ folder, paths: group.map(({ key }) => key) }, silent);
      for (const object of group) note(object, await digestOfFile(join(folder, ...object.key.split("/"))));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  for (const object of objects.filter(({ bytes }) => bytes > smallBytes))
    note(object, await digestOf(await rclone.cat(object.key, undefined, silent)));
  return same;
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
