import type { Entry, TreeCounts } from "./entry.ts";
import type { ArchiveFilters, ContentPolicies, Manifest } from "./manifest.ts";
import type { SetName } from "./set-name.ts";

/** A path and its bytes, of a file or of all that is in a folder. */
export interface Weight {
  readonly path: string;
  readonly bytes: number;
}

/** What a making run would do, as its dry run found it. */
export interface Plan {
  readonly counts: TreeCounts;
  readonly tarBytes: number;
  /** Compressed size of each format; `exact` when it was made and counted, else estimated. */
  readonly sizes: readonly { readonly format: string; readonly bytes: number; readonly exact: boolean }[];
  readonly biggestEntries: readonly Weight[];
  readonly biggestFolders: readonly Weight[];
  /** Archives that would be stored in parts: how many, about so where the size isn't exact. */
  readonly splits: readonly { readonly format: string; readonly parts: number; readonly exact: boolean }[];
  /** What becomes of `submodules` and `lfs`, both of which are whole whatever it says. */
  readonly policies: ContentPolicies;
  readonly submodules: readonly { readonly path: string; readonly commit: string }[];
  readonly lfs: readonly LfsPointer[];
  /** What read the .gitignore files; absent for a commit. */
  readonly engine?: "git" | "ignore";
  /** The ignore profiles in use. */
  readonly profiles: ArchiveFilters["profiles"];
  /** Tracked files that a .gitignore matches; they go in all the same. */
  readonly trackedButIgnored: readonly string[];
  /** Untracked files that go in. */
  readonly untracked: readonly string[];
  /** Untracked files that look like credentials, and stay out. */
  readonly credentials: readonly string[];
  /** Links that lead out of the folder. */
  readonly outwardLinks: readonly string[];
  /** Lines that `export-subst` expands differently in a stable and in a plain archive. */
  readonly exportSubst: readonly { readonly path: string; readonly line: string }[];
  readonly since?: SinceLast;
  /** On a pull request. */
  readonly base?: BaseDifference;
  /** Where it was asked for: the newest sets of the project and mode in the first store that tells of any, the oldest first. */
  readonly past?: readonly PastSet[];
  /** At the rate of the last runs, as history tells. */
  readonly expectedSeconds?: number;
}

/** What went into an archive, or stayed out of it, where that isn't plain to see; all of it. */
type Choice = Pick<Plan, "untracked" | "credentials" | "outwardLinks">;

/** A Git LFS pointer file: what it stands for. */
export interface LfsPointer {
  readonly path: string;
  readonly oid: string;
  readonly bytes: number;
}

/** The difference to an earlier set, in entries; examples are cut to the first 20. */
export interface SinceLast {
  readonly set: SetName;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** By how much the files grew, all together; negative where they shrank. Absent where only git was asked. */
  readonly bytes?: number;
  /** The biggest first where sizes are known, else in the order of the paths. */
  readonly examples: readonly ChangeExample[];
}

/**
 * How what would be archived differs from a pull request's base, as git has both commits: uncommitted and untracked files don't
 * count, Git LFS files count as their pointers.
 */
export type BaseDifference =
  | ({ readonly kind: "compared"; /** Of the base. */ readonly commit: string } & Required<Omit<SinceLast, "set">>)
  /** The base isn't in this clone, or not all of it; actions/checkout brings it with that `fetch-depth`, where that is all that lacks. */
  | { readonly kind: "missing"; readonly commit: string; readonly fetchDepth?: number };

/** An entry that differs; `bytes` is its size now, or what it was when it was removed. */
export interface ChangeExample {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly bytes?: number;
}

/** An earlier set, as a chart of a project's sets has it. */
export interface PastSet {
  readonly id: string;
  /** RFC 3339: when the run that made it began. */
  readonly made: string;
  /** Of its tar. */
  readonly tarBytes: number;
  /** Of its archives, all formats together. */
  readonly archiveBytes: number;
}

/** The set that a making run made or found standing, and how it stands to the ones before it; read back from one store. */
export interface Made {
  readonly set: SetName;
  readonly store: string;
  readonly manifest: Manifest;
  readonly biggestEntries: readonly Weight[];
  readonly biggestFolders: readonly Weight[];
  /** The newest sets of its project and mode in that store, the oldest first, itself among them. */
  readonly past: readonly PastSet[];
  /** Absent for a project's first set, and for one that isn't new. */
  readonly since?: SinceLast;
}

/** One row of a listing of sets. */
export interface SetRow {
  readonly set: SetName;
  readonly store: string;
  readonly state: "complete" | "incomplete" | "damaged" | "leftover";
  readonly made?: string;
  readonly proven?: string;
  readonly bytes: number;
  readonly frozen: boolean;
  /** What is wrong with it, when it isn't complete, or has to be done before it can be read; one sentence. */
  readonly detail?: string;
}

/** How one entry differs between two sets. */
export interface EntryChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly before?: Entry;
  readonly after?: Entry;
}

/** What was brought back, or would be in a dry run. */
export interface Restored {
  /** Absent for a single archive that nothing vouches for. */
  readonly set?: SetName;
  /** RFC 3339: when the run that made the set began. */
  readonly made?: string;
  readonly store: string;
  /** The folder, as it was given; absent in a dry run. */
  readonly into?: string;
  readonly counts: TreeCounts;
  /** Build outputs of the set, which lie in `coldstore-files/`. */
  readonly files: number;
  /** The paths that were asked for; empty: all. */
  readonly paths: readonly string[];
  /** What every byte was compared with. */
  readonly against: "manifest" | "checksum" | "sidecar" | "nothing";
  /** Links that were left out because `symlinks` is skip or the file system has none. */
  readonly skippedLinks: readonly string[];
  /** Links that lead out of what was restored. */
  readonly outwardLinks: readonly string[];
}

/** What a mode found, beyond the outcomes, for a person to read. */
export type Details =
  | { readonly kind: "restored"; readonly restored: Restored }
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "selection"; readonly selection: Choice }
  /** `stores` are all that were looked into. */
  | { readonly kind: "sets"; readonly stores: readonly string[]; readonly rows: readonly SetRow[] }
  | {
      readonly kind: "set";
      readonly set: SetName;
      readonly store: string;
      readonly manifest: Manifest;
      readonly entries: readonly Entry[];
      readonly frozen: boolean;
      readonly proven?: string;
    }
  | {
      readonly kind: "difference";
      readonly before: SetName;
      readonly after: SetName;
      readonly changes: readonly EntryChange[];
    };
