import { ColdstoreError } from "../../model/errors.ts";
import { AlreadyThere } from "./already-there.ts";
import { hasBytesOf } from "./asset-bytes.ts";
import type { Asset, CallIo } from "./release-api.ts";
import { fileCalled, isWhole, newName, oldName, type ReleaseFile } from "./release-files.ts";
import { uploadWhole, type WholeUpload } from "./upload-whole.ts";

/** What is told of a file that is there already. */
type Place = Pick<WholeUpload, "api" | "list" | "name">;

const rounds = 4;

/**
 * Puts an asset in the place of another: the new one is there and confirmed before the old one gives up its name, and the old one
 * goes last. Whatever breaks it, `fileCalled` finds one of them, and the next replace ends it.
 */
export async function replaceAsset(replacement: WholeUpload, io: CallIo): Promise<ReleaseFile> {
  const { api, artifact, name } = replacement;
  for (let round = 0; round < rounds; round += 1) {
    const current = await endBroken(replacement, io);
    if (current !== undefined && (await hasBytesOf(api, current, artifact, { signal: io.signal })))
      return alone(name, current);
    try {
      if (current === undefined) return alone(name, await uploadWhole(replacement, io));
      const fresh = await uploadWhole({ ...replacement, name: newName(name) }, io);
      return alone(name, await swap(replacement, { current, fresh }, io));
    } catch (error) {
      if (!(error instanceof AlreadyThere)) throw error;
    }
  }
  throw new ColdstoreError("store", `${name} is being replaced by another run; run again when that has ended`, {
    transient: true,
  });
}

async function swap(
  replacement: WholeUpload,
  { current, fresh }: { readonly current: Asset; readonly fresh: Asset },
  io: CallIo,
): Promise<Asset> {
  await rename(replacement, current, oldName(replacement.name), io);
  const placed = await rename(replacement, fresh, replacement.name, io);
  await remove(replacement, current, io);
  return placed;
}

/** Ends what an earlier replace has left, one way or the other; resolves to the asset that has the name then. */
export async function endBroken(replacement: Place, io: CallIo): Promise<Asset | undefined> {
  const { list, name } = replacement;
  const assets = new Map((await list.look(io)).map((asset) => [asset.name, asset]));
  const file = fileCalled(name, assets);
  const plain = assets.get(name);
  if (plain !== undefined && !isWhole(plain)) await remove(replacement, plain, io);
  const kept =
    file === undefined || file.asset.name === name ? file?.asset : await rename(replacement, file.asset, name, io);
  for (const other of [oldName(name), newName(name)]) {
    const asset = assets.get(other);
    if (asset !== undefined && asset.id !== kept?.id) await remove(replacement, asset, io);
  }
  return kept;
}

async function rename({ api, list }: Place, asset: Asset, name: string, io: CallIo): Promise<Asset> {
  const renamed = await api.rename(asset.id, name, io);
  list.renamed(renamed, asset.name);
  return renamed;
}

async function remove({ api, list }: Place, { id }: Asset, io: CallIo): Promise<void> {
  await api.deleteAsset(id, io);
  list.removed(id);
}

function alone(name: string, asset: Asset): ReleaseFile {
  return { name, asset, leftovers: [] };
}
