import type { ArchiveFormat } from "../model/manifest.ts";
import type { SetSelector } from "../model/set-name.ts";
import type { StoreAddress } from "../model/store-address.ts";

/** What every mode is told. Paths are absolute, times in milliseconds, lists without duplicates. */
export interface CommonSettings {
  /** `owner/repo`; absent when it is to be found out from the source, or when all are meant. */
  readonly project?: string;
  readonly stores: readonly StoreAddress[];
  readonly timeout: number;
}

export interface SnapshotSettings extends CommonSettings {
  readonly mode: "snapshot";
  readonly source: string;
  readonly ref: string;
  readonly files: readonly string[];
  /** At least one, in the order given. */
  readonly formats: readonly ArchiveFormat[];
  readonly compressionLevel: number;
  /** A template; absent: by the documented default. */
  readonly name?: string;
  /** A template; absent: the name and a slash. */
  readonly prefix?: string;
  readonly exportSubst: "stable" | "git" | "off";
  readonly submodules: "fail";
  readonly lfs: "fail";
  readonly dirty: "warn" | "fail" | "ignore";
  readonly prove: "digest" | "read" | "none";
  readonly onConflict: "fail" | "replace" | "keep";
  readonly freeze: boolean;
  readonly milestone?: string;
  readonly notes: readonly string[];
  readonly contacts: readonly string[];
  readonly recordEnvironment: boolean;
  readonly dryRun: boolean;
}

export interface VerifySettings extends CommonSettings {
  readonly mode: "verify";
  /** A single file to verify with what lies beside it, instead of a store. */
  readonly file?: string;
  /** Empty: all sets. */
  readonly sets: readonly SetSelector[];
  readonly level: "list" | "digest" | "read";
  readonly dryRun: boolean;
}

export interface ListSettings extends CommonSettings {
  readonly mode: "list";
  readonly file?: string;
  /** None: the sets of the store; one: that set; two: their difference. */
  readonly sets: readonly SetSelector[];
}

/** What a run is to do; nothing in it is left to check or to fill in. */
export type Settings = SnapshotSettings | VerifySettings | ListSettings;

export type Mode = Settings["mode"];

/** How a run talks; command line only. */
export interface Presentation {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
}
