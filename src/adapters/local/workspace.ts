import { rmdirSync, rmSync } from "node:fs";
import { mkdir, rm, rmdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Scratch, Workspace } from "../../ports/workspace.ts";
import { diskError, errnoOf } from "./disk-error.ts";
import { freeBytes } from "./free-space.ts";
import { scratchFolder } from "./key-path.ts";
import { makeFolders } from "./make-folders.ts";
import { removeDeadScratch } from "./remove-dead-scratch.ts";
import { ownProcess, scratchName } from "./scratch-owner.ts";

/** A workspace whose scratch can be removed at once, without waiting, when the process is about to exit hard. */
export interface LocalWorkspace extends Workspace {
  removeScratchNow(): void;
}

export interface WorkspacePlace {
  /** Folder for scratch folders; made when the first is asked for. */
  readonly root: string;
  readonly signal: AbortSignal;
}

/** Opens a workspace, and removes what dead runs left in it. Makes nothing yet. */
export async function openWorkspace(place: WorkspacePlace): Promise<LocalWorkspace> {
  place.signal.throwIfAborted();
  await removeDeadScratch(place.root);
  return new ScratchRoot(place.root, place.signal);
}

/**
 * Keeps the scratch folders of this process in one root. When the last one is gone the root goes too if it is empty, and so do
 * the folders above it that were made for it: a run that stored nothing leaves nothing behind. (Runs that end at the same moment
 * may leave the empty folder that one of them made: it looks like one that was there before.)
 */
export class ScratchRoot implements LocalWorkspace {
  readonly #root: string;
  readonly #signal: AbortSignal | undefined;
  readonly #live = new Set<string>();
  readonly #made = new Set<string>();

  constructor(root: string, signal?: AbortSignal) {
    this.#root = resolve(root);
    this.#signal = signal;
  }

  async scratch(): Promise<Scratch> {
    this.#signal?.throwIfAborted();
    const path = join(this.#root, scratchName(ownProcess()));
    this.#live.add(path);
    try {
      await this.#make(path);
      // Nobody may be left who would remove it.
      this.#signal?.throwIfAborted();
    } catch (error) {
      // That it can't be removed where it couldn't be made tells nothing.
      await this.#remove(path).catch(() => {});
      this.#signal?.throwIfAborted();
      const place = this.#isInStore() ? "store" : "temporary";
      throw diskError(error, "make a scratch folder in", this.#root, place);
    }
    return {
      path,
      file: (name) => join(path, name),
      [Symbol.asyncDispose]: () => this.#remove(path),
    };
  }

  async freeBytes(): Promise<number | undefined> {
    return freeBytes(this.#root);
  }

  removeScratchNow(): void {
    for (const path of this.#live) attempt(() => rmSync(path, { recursive: true, force: true }));
    this.#live.clear();
    for (const folder of this.#removable()) attempt(() => rmdirSync(folder));
  }

  async #make(path: string): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        for (const folder of await makeFolders(this.#root)) this.#made.add(folder);
        await mkdir(path, { mode: 0o700 });
        return;
      } catch (error) {
        // Another run that ended just now removed the empty root.
        if (errnoOf(error) !== "ENOENT" || tries === 50) throw error;
      }
    }
  }

  async #remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
      throw diskError(error, "remove the scratch folder", path);
    });
    this.#live.delete(path);
    if (this.#live.size > 0) return;
    // A folder that isn't empty stays: another run's scratch is in it, or what was stored.
    for (const folder of this.#removable()) await rmdir(folder).catch(() => {});
  }

  #isInStore(): boolean {
    return basename(this.#root) === scratchFolder;
  }

  /** Folders that go when they are empty, the deepest first. */
  #removable(): readonly string[] {
    const root = this.#isInStore() || this.#made.has(this.#root) ? [this.#root] : [];
    return [...root, ...[...this.#made].filter((folder) => folder !== this.#root)];
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The process is about to exit; the next run removes what is left.
  }
}
