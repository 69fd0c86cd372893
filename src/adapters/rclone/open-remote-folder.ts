import { ColdstoreError } from "../../model/errors.ts";
import type { RemoteAddress } from "../../model/store-address.ts";
import type { BytePath, SourceFolder } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import type { Scratch } from "../../ports/workspace.ts";
import { readablePath } from "../local/native-path.ts";
import type { FarFiles } from "./far-files.ts";
import { hashesToAsk } from "./file-digest.ts";
import { type BatchLimits, FileFetcher } from "./file-fetcher.ts";
import type { ListingNotes, Rclone } from "./rclone.ts";
import { RemoteDisk } from "./remote-disk.ts";
import { remoteError } from "./remote-error.ts";
import { remoteName } from "./remote-name.ts";
import { type PassedOver, RemoteTree } from "./remote-tree.ts";
import { remoteWarnings } from "./remote-warnings.ts";

/** A folder of a remote that is to be archived; scratch (its folder exists) outlives it. */
export interface RemoteFolderPlace {
  readonly rclone: Rclone;
  readonly address: RemoteAddress;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
  readonly limits?: BatchLimits;
}

/**
 * Lists a remote's folder with its digests and opens it as a source. Rejects with `source` when it isn't there or can't be
 * listed. Disposing of it ends what is being fetched.
 */
export async function openRemoteFolder(place: RemoteFolderPlace): Promise<SourceFolder & AsyncDisposable> {
  const { rclone, scratch, signal, limits } = place;
  const listing = await listRemote(rclone, { signal, progress: () => undefined });
  const far: FarFiles = { rclone, checked: new Map(), ...listing };
  const fetcher = new FileFetcher({ far, scratch: scratch.path, limits });
  const contents = { far, fetcher };
  await fetcher.keep(rulesIn(far.tree), signal);
  const at = (within: BytePath): SourceFolder => ({
    path: within === "" ? rclone.name : `${rclone.name}/${readablePath(within.slice(0, -1))}`,
    disk: new RemoteDisk(contents, within),
    inRepository: "",
    nested: async (inner) => at(`${within}${inner}/`),
  });
  return {
    ...at(""),
    remote: { ...remoteName(place.address), checkedBy: () => countKinds(far.checked) },
    warnings: remoteWarnings({ name: rclone.name, ...listing }),
    [Symbol.asyncDispose]: () => fetcher[Symbol.asyncDispose](),
  };
}

interface RemoteListing {
  /** Times are those at which files came there. */
  readonly timesOfComing: boolean;
  readonly tree: RemoteTree;
  readonly hashes: readonly string[];
  readonly late: boolean;
}

async function listRemote(rclone: Rclone, io: Io): Promise<RemoteListing> {
  const folders: string[] = [];
  const others: PassedOver[] = [];
  const notes: ListingNotes = {
    folder: (path) => void folders.push(path),
    passedOver: (path, kind) => void others.push({ path, kind }),
  };
  try {
    const features = await rclone.features(io);
    const hashes = hashesToAsk(features.hashes, features.slowHash);
    const late = features.slowHash && hashes.length > 0;
    const files = await rclone.list("", late ? [] : hashes, io, notes);
    const tree = new RemoteTree(files, folders, others);
    if (tree.impossible.length > 0) throw impossiblePaths(rclone, tree.impossible);
    return { tree, hashes, late, timesOfComing: features.bucketBased };
  } catch (thrown) {
    io.signal.throwIfAborted();
    throw remoteError(thrown, `the source ${rclone.name} can't be read`);
  }
}

function impossiblePaths({ name }: Rclone, paths: readonly string[]): ColdstoreError {
  const [first = ""] = paths;
  return new ColdstoreError(
    "source",
    `${paths.length === 1 ? "a path" : `${paths.length} paths`} in ${name} can't be in an archive, as ${JSON.stringify(first)}: a part of it is empty, . or ..; rename what is there`,
  );
}

// As much as git reads of one.
const mostRuleBytes = 100 * 1024 * 1024;

/** What is asked for while the folder is gone through, one after the other. */
function rulesIn(tree: RemoteTree): readonly BytePath[] {
  return tree
    .paths()
    .filter((path) => path === ".gitignore" || path.endsWith("/.gitignore"))
    .filter((path) => (tree.file(path)?.bytes ?? 0) <= mostRuleBytes)
    .sort();
}

function countKinds(checked: FarFiles["checked"]): Readonly<Record<string, number>> {
  const counts = Map.groupBy(checked.values(), (kind) => kind);
  return Object.fromEntries([...counts].map(([kind, files]) => [kind, files.length] as const).sort(byName));
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}
