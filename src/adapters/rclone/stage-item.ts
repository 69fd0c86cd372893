import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { diskError } from "../local/disk-error.ts";
import { digesterOf } from "./file-digest.ts";
import type { HashName } from "./rclone.ts";

const chunkBytes = 1 << 20;

// A second pass over a large one is made while it's on its way.
const smallBytes = 8 * 1024 * 1024;

/**
 * Gives an artifact a name in a folder, without copying it where that can be, and resolves to the digest of what rclone will
 * read under it, if that costs no more than checking it: for others there is `digestFile`. Rejects with `integrity` when the bytes
 * aren't the artifact's.
 */
export async function stageItem(
  { key, artifact }: { readonly key: string; readonly artifact: Artifact },
  {
    folder,
    hash,
    signal,
  }: { readonly folder: string; readonly hash: HashName | undefined; readonly signal: AbortSignal },
): Promise<string | undefined> {
  signal.throwIfAborted();
  const path = join(folder, ...key.split("/"));
  try {
    await mkdir(dirname(path), { recursive: true });
    await place(artifact, path);
    return await digest(artifact, path, { hash, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw diskError(error, "read", "file" in artifact.body ? artifact.body.file : artifact.name, "temporary");
  }
}

async function place({ body }: Artifact, path: string): Promise<void> {
  if ("data" in body) return writeFile(path, body.data, { flag: "wx" });
  const file = await realpath(body.file);
  // Another file system takes no hard link, some systems let nobody make a symbolic one.
  await link(file, path)
    .catch(async () => symlink(file, path))
    .catch(async () => copyFile(file, path));
}

async function digest(
  artifact: Artifact,
  path: string,
  { hash, signal }: { readonly hash: HashName | undefined; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const sha256 = createHash("sha256");
  const now = hash !== undefined && hash !== "sha256" && artifact.bytes <= smallBytes;
  const other = now ? digesterOf(hash) : undefined;
  let bytes = 0;
  const chunks =
    "data" in artifact.body ? [artifact.body.data] : createReadStream(path, { highWaterMark: chunkBytes, signal });
  for await (const chunk of chunks) {
    const data = chunk as Uint8Array;
    bytes += data.length;
    sha256.update(data);
    other?.update(data);
  }
  const made = sha256.digest("hex");
  if (bytes !== artifact.bytes || made !== artifact.sha256) throw changed(artifact);
  return hash === "sha256" ? made : other?.hex();
}

/** A digest of a file, of a kind that is made here; undefined for others. */
export async function digestFile(path: string, hash: HashName, signal: AbortSignal): Promise<string | undefined> {
  const digester = digesterOf(hash);
  if (digester === undefined) return undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, signal }))
    digester.update(chunk as Uint8Array);
  return digester.hex();
}

function changed({ name }: Artifact): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} isn't what was made any more: its bytes have changed. Check this machine's disk and memory, then run again.`,
  );
}
