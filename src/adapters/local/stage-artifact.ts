import { createHash } from "node:crypto";
import { open, rm, type FileHandle } from "node:fs/promises";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { diskError } from "./disk-error.ts";

const chunkBytes = 1 << 20;

/** Told of each piece of an artifact as it passes; stops the copy by throwing. */
export type OnBytes = (bytes: number) => void;

/**
 * Writes a copy of an artifact to a path where nothing is, read-only for everyone the umask lets read, and durable. Rejects with
 * `integrity` when the bytes written aren't the artifact's. Leaves nothing there when it rejects.
 */
export async function stageArtifact(artifact: Artifact, path: string, onBytes: OnBytes): Promise<void> {
  try {
    const target = await open(path, "wx", 0o444);
    try {
      await fill(target, artifact, onBytes);
      await target.sync();
    } finally {
      await target.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw diskError(error, "write", path);
  }
}

async function fill(target: FileHandle, artifact: Artifact, onBytes: OnBytes): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunksOf(artifact)) {
    onBytes(chunk.length);
    hash.update(chunk);
    bytes += chunk.length;
    await writeAll(target, chunk);
  }
  if (bytes === artifact.bytes && hash.digest("hex") === artifact.sha256) return;
  throw new ColdstoreError(
    "integrity",
    `the copy of ${artifact.name} isn't what was made: its bytes changed on the way. Check this machine's disk and memory, then run again.`,
  );
}

async function writeAll(target: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await target.write(chunk, done)).bytesWritten;
}

async function* chunksOf({ body }: Artifact): AsyncGenerator<Uint8Array> {
  if ("data" in body) {
    yield body.data;
    return;
  }
  const source = await open(body.file).catch((error: unknown) => {
    throw diskError(error, "read", body.file);
  });
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await source.close();
  }
}
