import type { Artifact } from "../model/artifact.ts";

/** A private folder for half-made things. Disposing of it removes it with all that is in it; so does the next run after a crash. */
export interface Scratch extends AsyncDisposable {
  /** Absolute path. */
  readonly path: string;
  /** Absolute path of a file of this name in it; nothing is made. */
  file(name: string): string;
}

/** Makes scratch folders on one filesystem, and removes those of dead runs. */
export interface Workspace {
  /**
   * `among` names stores: where scratch can lie in a store, it lies in one of these, which have the room. Rejects with `store`
   * when the folder can't be made.
   */
  scratch(among?: readonly string[]): Promise<Scratch>;
  /** Bytes free where scratch lies; undefined where the system doesn't tell. */
  freeBytes(): Promise<number | undefined>;
  /**
   * Leaves finished files, each under its name, in a new folder until the job that the run is a step of ends; resolves to the folder's
   * absolute path. Rejects with `store`, and leaves nothing, when that can't be. Absent where nothing is to outlive a run.
   */
  keep?(files: readonly Artifact[]): Promise<string>;
}
