import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import { AlreadyThere } from "./already-there.ts";
import { blobOf, changed, hasBytesOf } from "./asset-bytes.ts";
import type { AssetList } from "./asset-list.ts";
import type { Asset, CallIo, Release, ReleaseApi } from "./release-api.ts";
import { isWhole } from "./release-files.ts";

export interface WholeUpload {
  readonly api: ReleaseApi;
  readonly release: Release;
  readonly list: AssetList;
  readonly name: string;
  readonly contentType: string;
  readonly artifact: Artifact;
}

const cleaningMs = 10_000;

/**
 * Uploads an asset that isn't there yet, and confirms that GitHub has all of it, unchanged; takes away what isn't. A broken
 * connection is settled by what is there then. Rejects with AlreadyThere when another one has the name.
 */
export async function uploadWhole(upload: WholeUpload, io: CallIo): Promise<Asset> {
  const { api, list, name, artifact } = upload;
  const sent = await send(upload, io);
  list.added(sent);
  const asset = sent.sha256 === undefined ? ((await lookFor(upload, sent.id, io)) ?? sent) : sent;
  const fits = asset.name === name && isWhole(asset) && (await hasBytesOf(api, asset, artifact, io));
  if (fits) return asset;
  // Said before it's removed: that may fail, and then nobody may take it for the file.
  list.wrong(asset.id);
  await api.deleteAsset(asset.id, io);
  list.removed(asset.id);
  throw asset.name === name ? changed(artifact.name) : renamedByGitHub(name, asset.name);
}

async function send(upload: WholeUpload, io: CallIo): Promise<Asset> {
  const { api, release, name, contentType, artifact } = upload;
  const body = await blobOf(artifact);
  io.signal.throwIfAborted();
  try {
    return await api.upload(release, { name, contentType, body }, io);
  } catch (error) {
    if (io.signal.aborted)
      await removeBroken(upload, { signal: AbortSignal.timeout(cleaningMs) }).catch(() => undefined);
    io.signal.throwIfAborted();
    if (!(error instanceof ColdstoreError) || error instanceof AlreadyThere || !error.transient) throw error;
    return settle(upload, error, io);
  }
}

/** What became of an upload whose outcome nobody knows. */
async function settle(upload: WholeUpload, error: ColdstoreError, io: CallIo): Promise<Asset> {
  const { api, artifact } = upload;
  const there = await removeBroken(upload, io);
  if (there === undefined) throw error;
  if (await hasBytesOf(api, there, artifact, io)) return there;
  throw new AlreadyThere("conflict", `${there.name} is there with other bytes`, { cause: error });
}

/** Removes an asset of the name that isn't whole; gives the one that is. */
async function removeBroken({ api, list, name }: WholeUpload, io: CallIo): Promise<Asset | undefined> {
  const there = (await list.look(io)).find((asset) => asset.name === name);
  if (there === undefined || isWhole(there)) return there;
  await api.deleteAsset(there.id, io);
  list.removed(there.id);
  return undefined;
}

async function lookFor({ list }: WholeUpload, id: number, io: CallIo): Promise<Asset | undefined> {
  return (await list.look(io)).find((asset) => asset.id === id);
}

function renamedByGitHub(name: string, actual: string): ColdstoreError {
  return new ColdstoreError(
    "store",
    `GitHub calls ${name} ${JSON.stringify(actual)}, where nobody would look for it; give the file a name of A-Z, a-z, 0-9, ".", "_" and "-"`,
  );
}
