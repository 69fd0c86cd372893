import type { ManifestRun } from "../model/manifest.ts";
import type { SourceFolder } from "./folder.ts";
import type { Forge } from "./forge.ts";
import type { Log, Progress } from "./log.ts";
import type { Repository } from "./repository.ts";
import type { RestoreTarget } from "./restore-target.ts";
import type { Store } from "./store.ts";
import type { Workspace } from "./workspace.ts";
import type { BuildOutputs } from "./build-outputs.ts";

/** What is known about this run before it does anything; goes into manifests, records and history. */
export interface RunIdentity {
  /** Unique: `<workflow run>-<attempt>` in Actions, random hex elsewhere; [A-Za-z0-9-] only. */
  readonly id: string;
  readonly tool: Omit<ManifestRun["tool"], "git">;
  /** Operating system, architecture and versions of tools, for `record: environment`; no host name. */
  readonly system: Readonly<Record<string, string>>;
  /** Facts of the CI run, none secret; absent outside CI. */
  readonly ci?: Readonly<Record<string, string>>;
}

/** Everything that a mode may touch of the outside world. */
export interface Ports {
  /** Opens the source; rejects with `source` when there is no usable repository. */
  openRepository(): Promise<Repository>;
  /** Opens the source as a folder; rejects with `source` when there is no such folder. */
  openFolder(): Promise<SourceFolder>;
  /**
   * Begins to restore into a folder, an absolute path, that is empty or isn't there yet and lies apart from the run's stores and
   * from git's own folders; rejects with `settings` for any other, and with `store` when nothing can be made there.
   */
  openTarget(into: string): Promise<RestoreTarget>;
  /** Rejects as `openTarget` does, as far as that can be told without making anything. */
  foreseeTarget(into: string): Promise<void>;
  /** What `openTarget` gives, in scratch, for a drill: it's gone when it's disposed of. */
  openDrill(): Promise<RestoreTarget>;
  readonly stores: readonly Store[];
  /** The store that sets are copied from; absent in other modes. */
  readonly from?: Store;
  readonly outputs: BuildOutputs;
  readonly forge?: Forge;
  readonly workspace: Workspace;
  readonly log: Log;
  readonly progress: Progress;
  /** Aborts with a ColdstoreError: `interrupted` for Ctrl-C, `store` for the timeout. */
  readonly signal: AbortSignal;
  now(): Date;
  readonly run: RunIdentity;
}
