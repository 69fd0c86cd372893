import { meaningOf } from "../model/keys.ts";
import { type Manifest, manifestSuffix, storedFiles } from "../model/manifest.ts";
import { setPrefix } from "../model/set-name.ts";
import type { BytePath, FolderDisk } from "../ports/folder.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import { atHand } from "./fetch-ahead.ts";
import { parseManifest } from "./seal-manifest.ts";

/** What earlier runs left in a folder: the files of sets, and stores. */
export interface OwnOutput {
  readonly files: ReadonlySet<BytePath>;
  readonly stores: readonly StoreWithin[];
}

interface StoreWithin {
  /** Empty, or ending with a slash. */
  readonly root: BytePath;
  /** A project that has a whole set in it. */
  readonly project: string;
}

const mostBytes = 64 * 1024 * 1024;

/** Finds the sets among these files by their sealed manifests, and the stores that such a set lies in at its own place. */
export async function findOwnOutput(
  disk: FolderDisk,
  untracked: readonly BytePath[],
  signal: AbortSignal,
): Promise<OwnOutput> {
  const files = new Set<BytePath>();
  const stores = new Map<string, StoreWithin>();
  const manifests = untracked.filter((path) => path.endsWith(manifestSuffix));
  for await (const stretch of atHand(manifests, (path) => ({ disk, path }), signal)) {
    for (const path of stretch) {
      const manifest = sealedManifest(disk, path);
      if (manifest === undefined) continue;
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      files.add(path);
      for (const { name, bytes } of storedFiles(manifest))
        if (hasSize(disk, folder + bytesOf(name), bytes)) files.add(folder + bytesOf(name));
      const store = storeAround(folder, manifest);
      if (store !== undefined) stores.set(`${store.root}\0${store.project}`, store);
    }
  }
  return { files, stores: [...stores.values()] };
}

/** The store that a set's folder lies in at its own place. */
function storeAround(
  folder: BytePath,
  { run: { project, set: id }, content: { mode } }: Manifest,
): StoreWithin | undefined {
  const place = bytesOf(setPrefix({ project, mode, id }));
  if (folder !== place && !folder.endsWith(`/${place}`)) return undefined;
  return { root: folder.slice(0, -place.length), project };
}

export function isOwnOutput(path: BytePath, { files, stores }: OwnOutput): boolean {
  return (
    files.has(path) ||
    stores.some(
      ({ root, project }) =>
        path.startsWith(`${root}.tmp/`) || (path.startsWith(root) && isKeyOf(project, textOf(path.slice(root.length)))),
    )
  );
}

/** Someone else may well keep things beside a store's, or in a folder of its that nothing of ours is called like. */
function isKeyOf(project: string, key: string): boolean {
  if (!key.startsWith(`${project}/`)) return false;
  const meaning = meaningOf(key);
  switch (meaning?.kind) {
    case "set-file":
      return meaning.set.project === project && meaning.file !== "" && !meaning.file.includes("/");
    case "record":
      return meaning.set.project === project && meaning.time !== "" && key.endsWith(".json");
    case "history":
      return meaning.project === project && meaning.time !== "" && key.endsWith(".json");
    case undefined:
      return false;
  }
}

/** undefined for what isn't certainly ours, a newer Coldstore's too: it is an entry like any other. */
function sealedManifest(disk: FolderDisk, path: BytePath): Manifest | undefined {
  try {
    const looked = disk.look(path);
    if (looked?.type !== "file" || looked.bytes > mostBytes) return undefined;
    const data = disk.read(path, looked);
    return data && parseManifest(data, textOf(path));
  } catch {
    // What is wrong with it is said when its own turn comes.
    return undefined;
  }
}

function hasSize(disk: FolderDisk, path: BytePath, bytes: number): boolean {
  try {
    const looked = disk.look(path);
    return looked?.type === "file" && looked.bytes === bytes;
  } catch {
    return false;
  }
}
