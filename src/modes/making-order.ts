import type { Details, Plan } from "../model/details.ts";
import type { ColdstoreError } from "../model/errors.ts";
import type { ManifestRun } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import type { SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { Scratch } from "../ports/workspace.ts";
import type { ArchiveSettings, SnapshotSettings } from "../settings/settings.ts";
import type { Recipe } from "../steps/choose-recipes.ts";
import type { Standing } from "../steps/find-standing.ts";
import type { JoiningFile } from "../steps/join-files.ts";
import type { SetInTheMaking } from "../steps/make-set.ts";
import type { PackIo } from "../steps/pack-archive.ts";
import type { PartRoom } from "../steps/part-room.ts";

/** Where a set's files are made; with a room, parts of archives lie there no longer than they are needed. */
export interface MakingPlace {
  readonly scratch: Scratch;
  readonly room?: PartRoom | undefined;
  readonly io: PackIo;
}

/** A set that is about to be made, whatever of: what is known of it, and how it's made when a store needs it. */
export interface MakingOrder {
  readonly settings: SnapshotSettings | ArchiveSettings;
  readonly started: Date;
  readonly set: SetName;
  /** The commit that it's of, and the tag that names it; absent outside of a repository. */
  readonly revision?: Revision | undefined;
  /** What its files are called, without endings. */
  readonly name: string;
  /** Build outputs that join the set. */
  readonly files: readonly JoiningFile[];
  /** Bytes of its tar, as far as can be told from sizes. */
  readonly tarBytes: number;
  readonly warnings: readonly string[];
  /** What else the report has. */
  readonly details?: Details;
  /** What stands against making it; all of it, each with its way out. */
  readonly errors: readonly ColdstoreError[];
  /** What a person reads while its files are made and stored. */
  readonly stage: "packing and storing" | "storing";
  /** Equal standing is certain; if false, only the built content tells. */
  readonly standingIsCertain: boolean;
  /** What a store has in the way of the set, or instead of it. */
  standing(store: Store, io: Io): Promise<Standing>;
  /** All that its content is made of was read before: it can't turn out to be another one, or one that its formats can't hold. */
  readonly isMeasured: boolean;
  /** Starts making the set's files as the recipe says. */
  make(recipe: Recipe, into: MakingPlace): SetInTheMaking;
  /** Who makes it. */
  describe(signal: AbortSignal): Promise<ManifestRun>;
  /** Size of the archive in each of its formats, within a few per cent. */
  estimate(signal: AbortSignal): Promise<Plan["sizes"]>;
}
