import { mkdirSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath } from "../../ports/folder.ts";
import type { FileSink, NewFile, RestoreTarget, TargetTraits } from "../../ports/restore-target.ts";
import type { ByteRange } from "../../ports/store.ts";
import { makeFolders } from "./make-folders.ts";
import { publishTree } from "./publish-tree.ts";
import { ownProcess, scratchName } from "./scratch-owner.ts";
import { syncFolder } from "./sync-folder.ts";
import { targetError } from "./target-error.ts";
import { foreseeTargetPlace, openTargetPlace, removePlace, type TargetPlace } from "./target-place.ts";
import { attempt } from "./target-scratch.ts";
import { TargetTree } from "./target-tree.ts";
import { tryTraits } from "./try-traits.ts";

/** A target whose half-made things can be removed at once, without waiting, when the process is about to exit hard. */
export interface LocalRestoreTarget extends RestoreTarget {
  removeScratchNow(): void;
}

export interface TargetOrder {
  /** Absolute path of the folder to restore into: it is empty, or isn't there yet. */
  readonly into: string;
  readonly signal: AbortSignal;
  /** Folders, absolute paths, that it must not lie in, be or hold: those of the stores. */
  readonly apart?: readonly string[];
  /** Whose rules for names hold; this process's unless told. */
  readonly platform?: NodeJS.Platform;
}

/**
 * Begins to restore into a folder. Half-made things lie beside it, under a name that begins with `.coldstore-restore-`, and one
 * rename shows them. A folder that is there keeps its permissions, and its owner where that is allowed. One that can't be replaced
 * (a mount point, where this process is, one whose parent is closed to it) holds them itself meanwhile, and gets
 * what was restored name by name: no part of a file or folder is seen, but a process killed at that moment leaves
 * some of the names. What a power cut leaves isn't promised: files aren't flushed one by one.
 */
export async function openRestoreTarget(order: TargetOrder): Promise<LocalRestoreTarget> {
  order.signal.throwIfAborted();
  const place = await openTargetPlace(order.into, order.apart);
  return openTree(place, { ...order, shown: order.into, publish: publishTree });
}

/** Rejects as `openRestoreTarget` does, as far as that can be told without making anything. */
export async function foreseeRestoreTarget({ into, signal, apart }: Omit<TargetOrder, "platform">): Promise<void> {
  signal.throwIfAborted();
  foreseeTargetPlace(into, apart);
}

export interface DrillOrder extends Omit<TargetOrder, "into" | "apart"> {
  /** Folder for scratch folders; made when it's missing. */
  readonly root: string;
}

/** The same in a scratch folder of `root`, never to be published; a workspace of that root removes what a killed process left. */
export async function openDrillTarget(order: DrillOrder): Promise<LocalRestoreTarget> {
  order.signal.throwIfAborted();
  const scratch = join(order.root, scratchName(ownProcess()));
  try {
    const made = await makeFolders(order.root);
    mkdirSync(scratch, { mode: 0o700 });
    const place = { given: scratch, into: scratch, scratch, inside: false, made };
    return openTree(place, { ...order, shown: scratch, publish: refuse });
  } catch (error) {
    throw targetError(error, "make a scratch folder in", order.root);
  }
}

interface TreeOrder {
  readonly signal: AbortSignal;
  readonly platform?: NodeJS.Platform;
  readonly shown: string;
  readonly publish: (tree: TargetTree, root: string, place: TargetPlace) => void;
}

function openTree(place: TargetPlace, order: TreeOrder): LocalRestoreTarget {
  try {
    const tried = tryTraits(place.scratch, order.platform ?? process.platform);
    const root = join(place.scratch, "tree");
    mkdirSync(root, { mode: 0o700 });
    return new LocalTarget({
      ...order,
      place,
      root,
      traits: tried.traits,
      tree: new TargetTree({ ...order, root, tried }),
    });
  } catch (error) {
    attempt(() => removePlace(place));
    throw targetError(error, "restore into", place.given);
  }
}

interface Parts extends TreeOrder {
  readonly place: TargetPlace;
  readonly root: string;
  readonly traits: TargetTraits;
  readonly tree: TargetTree;
}

const hourMs = 3600 * 1000;

class LocalTarget implements LocalRestoreTarget {
  readonly traits: TargetTraits;
  readonly #parts: Parts;
  #done = false;
  #touched = Date.now();

  constructor(parts: Parts) {
    this.traits = parts.traits;
    this.#parts = parts;
  }

  folder(path: BytePath, made: NewFile): void {
    this.#tree().folder(path, made);
  }

  file(path: BytePath, made: NewFile): FileSink {
    return this.#tree().file(path, made);
  }

  link(path: BytePath, link: BytePath): void {
    this.#tree().link(path, link);
  }

  read(path: BytePath, range?: ByteRange): Uint8Array {
    return this.#tree().read(path, range);
  }

  async publish(): Promise<void> {
    const tree = this.#tree();
    const { place, root, publish } = this.#parts;
    publish(tree, root, place);
    this.#done = true;
    attempt(() => removePlace({ ...place, made: [] }));
    await syncFolder(place.inside ? place.into : dirname(place.into));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#done) return;
    this.#parts.tree.close();
    try {
      removePlace(this.#parts.place);
      this.#done = true;
    } catch (error) {
      throw targetError(error, "remove the scratch folder", this.#parts.place.scratch);
    }
  }

  removeScratchNow(): void {
    if (this.#done) return;
    this.#parts.tree.close();
    attempt(() => removePlace(this.#parts.place));
  }

  #tree(): TargetTree {
    this.#parts.signal.throwIfAborted();
    if (this.#done) throw new ColdstoreError("bug", "something was to be restored after the end of it");
    this.#touch();
    return this.#parts.tree;
  }

  /** What isn't touched for a day is taken for dead by other hosts. */
  #touch(): void {
    const now = Date.now();
    if (now - this.#touched < hourMs) return;
    this.#touched = now;
    attempt(() => utimesSync(this.#parts.place.scratch, now / 1000, now / 1000));
  }
}

function refuse(): void {
  throw new ColdstoreError("bug", "a drill isn't published");
}
