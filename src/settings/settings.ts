import type { ArchiveFilters, ArchiveFormat, ContentPolicies, SymlinkPolicy } from "../model/manifest.ts";
import type { BaseCommit } from "../model/revision.ts";
import type { SetSelector } from "../model/set-name.ts";
import type { RemoteAddress, StoreAddress } from "../model/store-address.ts";

/** What every mode is told. Paths are absolute, times in milliseconds, lists without duplicates. */
export interface CommonSettings {
  /** `owner/repo`; absent when it is to be found out from the source, or when all are meant. */
  readonly project?: string;
  readonly stores: readonly StoreAddress[];
  readonly timeout: number;
  /** How long a store may be silent, without a byte moving. */
  readonly stallTimeout: number;
  /** Of GitHub; absent: what anybody may see. */
  readonly token?: string;
  readonly rclone: RcloneSettings;
  readonly ssh: SshSettings;
}

/** Which rclone is used, and how it reaches its remotes. */
export interface RcloneSettings {
  /** `1.75.1`; absent: the one that this version knows by its digests. */
  readonly version?: string;
  /** Lowercase hex, of the zip that the version is in for this machine. */
  readonly sha256?: string;
  /** Absolute, of an rclone that is here already. */
  readonly path?: string;
  /** URL that rclone's downloads lie under, in place of its own hosts. */
  readonly mirror?: string;
  /** A whole configuration, its text. Absent: rclone's own, where it usually is. */
  readonly config?: string;
  /** More arguments, as they are. */
  readonly args: readonly string[];
  /** Of payload alone. */
  readonly storageClass?: string;
}

export interface SshSettings {
  /** A private key, its text. Absent: the agent's. */
  readonly key?: string;
  /** Lines of a known_hosts file; none: the user's own. */
  readonly knownHosts: readonly string[];
  readonly maxConnections: number;
}

/** How a release looks that a run makes. */
export interface ReleaseSettings {
  /** It stays a draft. */
  readonly draft: boolean;
  /** Absent: none. `file` is absolute. */
  readonly notes?: "generate" | { readonly file: string };
  readonly prerelease: boolean | "auto";
  readonly latest: boolean | "auto";
}

/** What every mode that makes sets is told. */
export interface MakingSettings extends CommonSettings {
  readonly source: string;
  readonly files: readonly string[];
  /** At least one, in the order given. */
  readonly formats: readonly ArchiveFormat[];
  /** Absent: each format's usual one. */
  readonly compressionLevel?: number;
  /** Bytes of an archive's part; absent: archives are never split. */
  readonly splitSize?: number;
  /** A template; absent: by the documented default. */
  readonly name?: string;
  /** A template; absent: the name and a slash. */
  readonly prefix?: string;
  readonly submodules: ContentPolicies["submodules"];
  readonly lfs: ContentPolicies["lfs"];
  readonly prove: "digest" | "read" | "drill" | "none";
  readonly onConflict: "fail" | "replace" | "keep";
  readonly freeze: boolean;
  readonly milestone?: string;
  readonly notes: readonly string[];
  readonly contacts: readonly string[];
  readonly recordEnvironment: boolean;
  readonly release: ReleaseSettings;
  /** Whether a pull request is told what would be archived. */
  readonly comment: "auto" | "never";
  /** On a pull request: what a dry run compares with. */
  readonly base?: BaseCommit;
  readonly dryRun: boolean;
  /** How many sets back the report tells of; 0: it only tells of this run. */
  readonly setsBack: number;
}

export interface SnapshotSettings extends MakingSettings {
  readonly mode: "snapshot";
  readonly ref: string;
  readonly exportSubst: "stable" | "git" | "off";
  readonly dirty: "warn" | "fail" | "ignore";
}

export interface ArchiveSettings extends MakingSettings {
  readonly mode: "archive";
  /** The tag that the run is of, as a full ref name; absent: none. */
  readonly tag?: string;
  readonly filters: ArchiveFilters;
  readonly symlinks: SymlinkPolicy;
  /** A number: seconds since 1970. Absent: `commit` in a repository, else `keep`. */
  readonly mtime?: "commit" | "keep" | number;
  /** Where the source is, if it isn't on this machine; `source` is its text then. */
  readonly remote?: RemoteAddress;
}

export interface ReplicateSettings extends CommonSettings {
  readonly mode: "replicate";
  /** The store that is read; `stores` are written. */
  readonly from: StoreAddress;
  /** Empty: all sets. */
  readonly sets: readonly SetSelector[];
  /** Modes whose sets are meant; empty: all. */
  readonly onlyModes: readonly string[];
  /** Sets made before are left out: milliseconds before now, or since 1970. */
  readonly since?: { readonly ago: number } | { readonly time: number };
  readonly prove: MakingSettings["prove"];
  readonly onConflict: MakingSettings["onConflict"];
  readonly release: ReleaseSettings;
  readonly dryRun: boolean;
}

export interface VerifySettings extends CommonSettings {
  readonly mode: "verify";
  /** A single file to verify with what lies beside it, instead of a store. */
  readonly file?: string;
  /** Empty: all sets. */
  readonly sets: readonly SetSelector[];
  readonly level: "list" | "digest" | "read" | "drill";
  readonly dryRun: boolean;
}

export interface ListSettings extends CommonSettings {
  readonly mode: "list";
  readonly file?: string;
  /** None: the sets of the store; one: that set; two: their difference. */
  readonly sets: readonly SetSelector[];
}

export interface RestoreSettings extends CommonSettings {
  readonly mode: "restore";
  /** A single archive to restore with what lies beside it, instead of a store. */
  readonly file?: string;
  /** Absent: the newest proven one. */
  readonly set?: SetSelector;
  /** Files and folders to bring back, by their paths from the archive's root, without its prefix; empty: all. */
  readonly paths: readonly string[];
  /** Absolute; absent in a dry run alone. */
  readonly into?: string;
  /** Links: made, left out, or a reason to refuse the archive. */
  readonly symlinks: "keep" | "skip" | "fail";
  /** Links that lead out of what is restored: made only if somebody said so. */
  readonly outwardLinks: "keep" | "refuse";
  readonly dryRun: boolean;
}

/** What a run is to do; nothing in it is left to check or to fill in. */
export type Settings =
  | SnapshotSettings
  | ArchiveSettings
  | VerifySettings
  | ListSettings
  | RestoreSettings
  | ReplicateSettings;

export type Mode = Settings["mode"];

/** How a run talks; command line only. */
export interface Presentation {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
}
