import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import type { Asset, CallIo, ReleaseApi } from "./release-api.ts";

/** The bytes of an artifact to be sent, as often as it takes. Rejects with `integrity` when they can't be what was made. */
export async function blobOf({ name, bytes, sha256, body }: Artifact): Promise<Blob> {
  if ("data" in body) {
    if (createHash("sha256").update(body.data).digest("hex") !== sha256) throw changed(name);
    return new Blob([Uint8Array.from(body.data)]);
  }
  const blob = await openAsBlob(body.file).catch((cause: unknown) => {
    throw new ColdstoreError("store", `can't read ${body.file}, which was to be stored; run again`, { cause });
  });
  if (blob.size !== bytes) throw changed(name);
  return blob;
}

/** Whether an asset has an artifact's bytes: by the digest that GitHub has, or by reading them where it has none. */
export async function hasBytesOf(api: ReleaseApi, asset: Asset, artifact: Artifact, io: CallIo): Promise<boolean> {
  if (asset.bytes !== artifact.bytes) return false;
  return (asset.sha256 ?? (await digestOf(api, asset, io))) === artifact.sha256;
}

async function digestOf(api: ReleaseApi, { id }: Asset, { signal }: CallIo): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of await api.download(id, undefined, { signal })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

export function changed(name: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `what GitHub got as ${name} isn't what was made: its bytes changed on the way; check this machine's disk and memory, then run again`,
  );
}
