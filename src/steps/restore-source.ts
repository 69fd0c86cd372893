import type { TreeCounts } from "../model/entry.ts";
import type { ColdstoreError } from "../model/errors.ts";
import type { ManifestArtifact, ManifestContent } from "../model/manifest.ts";
import type { RestoreTarget } from "../ports/restore-target.ts";
import type { Store } from "../ports/store.ts";

/** A set's files in a store, as they are to be brought back. What `artifacts` says of them is trusted: the manifest was checked. */
export interface RestoreSource {
  readonly store: Store;
  /** What their keys begin with. */
  readonly prefix: string;
  readonly content: ManifestContent;
  readonly artifacts: readonly ManifestArtifact[];
}

/** What of links is made. */
export interface LinkRules {
  readonly symlinks: "keep" | "skip" | "fail";
  /** Those that lead out of what is restored. */
  readonly outwardLinks: "keep" | "refuse";
}

export interface RestoreOrder extends LinkRules {
  readonly target: RestoreTarget;
}

/** What lies in a target that has been filled, and isn't published yet. Lists are whole, in byte order, as text. */
export interface RestoreEnd {
  readonly counts: TreeCounts;
  /** Build outputs, which lie in `coldstore-files/`. */
  readonly files: number;
  readonly skippedLinks: readonly string[];
  readonly outwardLinks: readonly string[];
}

/** How a whole set is to be brought back: each archive that is tried fills a target of its own. */
export interface SetOrder extends LinkRules {
  /** Opens an empty target; the one before has been disposed of. */
  openTarget(): Promise<RestoreTarget>;
}

/** A set that was brought back, in a target that is the caller's to publish and to dispose of. */
export interface SetEnd extends RestoreEnd {
  readonly target: RestoreTarget;
  /** Archives of the set that were passed over for another of its formats: what is wrong with each. */
  readonly damaged: readonly ColdstoreError[];
}
