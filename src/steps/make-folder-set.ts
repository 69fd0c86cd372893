import { ColdstoreError } from "../model/errors.ts";
import type { Digest } from "../model/manifest.ts";
import type { Scratch } from "../ports/workspace.ts";
import { unwantedPointers } from "./archive-lfs-errors.ts";
import type { PlannedArchive } from "./build-manifest.ts";
import type { Recipe } from "./choose-recipes.ts";
import type { FolderEntry } from "./folder-entry.ts";
import { findFolderPointers } from "./folder-pointers.ts";
import { folderTar } from "./folder-tar.ts";
import type { JoiningFile } from "./join-files.ts";
import { makeSet, type SetInTheMaking } from "./make-set.ts";
import type { PackIo } from "./pack-archive.ts";
import type { PartRoom } from "./part-room.ts";

/** What a folder's set is to be made of. */
export interface FolderSetOrder {
  readonly entries: readonly FolderEntry[];
  readonly plan: PlannedArchive;
  /** Seconds since 1970, for the folders of the prefix. */
  readonly mtimeOfPrefix: number;
  readonly recipe: Recipe;
  readonly files: readonly JoiningFile[];
  readonly scratch: Scratch;
  /** Keeps parts of archives in scratch no longer than they are needed. */
  readonly room?: PartRoom | undefined;
  /** Other prefixes, under which the tar's digest is wanted too. */
  readonly shadows: readonly string[];
  readonly io: PackIo;
}

/** The digest that a tar would have under another prefix. */
export interface PrefixDigest {
  readonly prefix: string;
  readonly tar: Digest;
}

/** A folder's set while it's being made; `shadows` is known once `content` is. */
export interface FolderSetInTheMaking extends SetInTheMaking {
  shadows(): readonly PrefixDigest[];
}

/** Starts making a set of a folder's entries, reading each once. Fails with a transient `source` error when a large file changes meanwhile. */
export function makeFolderSet(order: FolderSetOrder): FolderSetInTheMaking {
  const { entries, plan, recipe, files, scratch, room, io } = order;
  let shadows: readonly PrefixDigest[] = [];
  async function* tar(): AsyncGenerator<Uint8Array> {
    const { prefix, lfs } = plan;
    const { mtimeOfPrefix } = order;
    const end = yield* folderTar({
      entries,
      prefix,
      lfs,
      mtimeOfPrefix,
      shadows: order.shadows,
      chunks: "reused",
      signal: io.signal,
    });
    ({ shadows } = end);
  }
  const explainPointers = async () => unwantedPointers(await findFolderPointers(entries, io.signal));
  const making = makeSet({
    openTar: async () => tar(),
    plan,
    ...recipe,
    files,
    scratch,
    room,
    ...(plan.lfs === "fail" && { explainPointers }),
    io,
  });
  return { ...making, shadows: () => shadows };
}

/** The same set made again, which must come out with the content that it had; fails with `source` when it doesn't. */
export function makeFolderSetAgain(order: FolderSetOrder, isAsBefore: (made: unknown) => boolean): SetInTheMaking {
  const { files, content } = makeFolderSet(order);
  const checked = content.then((made) => {
    if (isAsBefore(made)) return made;
    throw new ColdstoreError(
      "source",
      "the folder has changed while it was being archived; run again when nothing writes to it",
    );
  });
  checked.catch(() => undefined);
  return { files, content: checked };
}
