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

/**
 * Gives an artifact a name in a folder, without copying it where that can be, and resolves to the digest of what rclone will
 * read under it; undefined for a kind that isn't made here. Rejects with `integrity` when the bytes aren't the artifact's.
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
  const other = hash === undefined || hash === "sha256" ? undefined : digesterOf(hash);
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

function changed({ name }: Artifact): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} isn't what was made any more: its bytes have changed. Check this machine's disk and memory, then run again.`,
  );
}
