import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { saysAbsent } from "./disk-error.ts";
import { openObject } from "./open-object.ts";

/** How what is there compares with an artifact: by size, then by SHA-256 of all its bytes. */
export type Comparison =
  | { readonly verdict: "absent" }
  | { readonly verdict: "same" | "different"; readonly stat: Stats };

/** Compares a store's file with an artifact. Rejects with `store` when something that isn't a file has the name. */
export async function compareFile(path: string, artifact: Artifact, signal: AbortSignal): Promise<Comparison> {
  const stat = await statOrAbsent(path);
  if (stat === undefined) return { verdict: "absent" };
  if (!stat.isFile())
    throw new ColdstoreError(
      "store",
      `can't write ${path}: something that isn't a plain file has that name. Move it away.`,
    );
  if (stat.size !== artifact.bytes) return { verdict: "different", stat };
  const digest = await digestOf(path, signal);
  if (digest === undefined) return { verdict: "absent" };
  return { verdict: digest === artifact.sha256 ? "same" : "different", stat };
}

/** What lstat says; undefined when nothing is there. */
export async function statOrAbsent(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}

async function digestOf(path: string, signal: AbortSignal): Promise<string | undefined> {
  const handle = await openObject(path);
  if (handle === undefined) return undefined;
  try {
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(1 << 20);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
