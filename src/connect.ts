import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitRepository } from "./adapters/git/git-repository.ts";
import { readBaseFile } from "./adapters/git/read-base-file.ts";
import { openBuildOutputs } from "./adapters/local/build-outputs.ts";
import { isFile, readConfigFile, realFile, repositoryRoot } from "./adapters/local/config-files.ts";
import { type Toolkit, WorkflowJob } from "./adapters/actions/workflow-job.ts";
import { firstWorkspace } from "./adapters/local/first-workspace.ts";
import { scratchFolder } from "./adapters/local/key-path.ts";
import { keepingWorkspace } from "./adapters/local/keep-files.ts";
import { openSourceFolder } from "./adapters/local/open-folder.ts";
import { foreseeRestoreTarget, openDrillTarget, openRestoreTarget } from "./adapters/local/restore-target.ts";
import { openWorkspace, type LocalWorkspace } from "./adapters/local/workspace.ts";
import { openLogFor, type LogTarget } from "./adapters/log/log-target.ts";
import type { LogStream } from "./adapters/log/open-log.ts";
import { openCancellation } from "./adapters/process/cancellation.ts";
import { Ending } from "./adapters/process/ending.ts";
import { ForeignOutput } from "./adapters/process/foreign-output.ts";
import { identifyRun } from "./adapters/process/identify-run.ts";
import { dryRunStore } from "./adapters/wrappers/dry-run-store.ts";
import { usualRetries } from "./adapters/wrappers/retry-policy.ts";
import { retryingStore } from "./adapters/wrappers/retrying-store.ts";
import { openStores, type OpenStores } from "./connect-stores.ts";
import type { ColdstoreError } from "./model/errors.ts";
import { foldersOf, type RemoteAddress } from "./model/store-address.ts";
import type { Ports } from "./ports/ports.ts";
import type { Store } from "./ports/store.ts";
import type { Scratch } from "./ports/workspace.ts";
import type { ConfigSource } from "./settings/find-config.ts";
import type { ArchiveSettings, Presentation, Settings, SnapshotSettings } from "./settings/settings.ts";

/** The process that a run lives in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: LogTarget;
  readonly presentation: Presentation;
  /** Where finished files can lie until the job ends that the run is a step of. */
  readonly jobFolder?: string | undefined;
  /** Told why, when the process is about to end on the spot: must not wait. */
  readonly lastWord: (error: ColdstoreError) => void;
}

/** The outside world, connected as the settings say. Disposing of it removes scratch and lets go of the process. */
export interface Connection extends AsyncDisposable {
  readonly ports: Ports;
}

/** Sees to it that the process ends as the run does, whatever code of others it has taken in; to be called first. */
export function openEnding(cutOff: (sentence: string) => void): Ending {
  return new Ending({ process, streams: [process.stdout, process.stderr], cutOff });
}

/** The disk as settings may ask it; `cwd` is absolute. */
export function openConfigSource(env: Surroundings["env"], cwd: string): ConfigSource {
  const event = env["GITHUB_EVENT_PATH"];
  return {
    read: readConfigFile,
    isFile,
    realFile,
    repositoryRoot,
    ...(event && { readBase: async (path: string) => readBaseFile({ repository: cwd, path, event }) }),
  };
}

/** Builds what a run may touch of the outside world. */
export async function connect(
  settings: Settings,
  { env, log, presentation, lastWord, jobFolder }: Surroundings,
): Promise<Connection> {
  await using held = new AsyncDisposableStack();
  const output = held.use(openLogFor(log, presentation));
  const say = (line: string) => output.log.event(line);
  // A runner takes commands from either stream; a person's log is on the other one.
  const streams = log.kind === "runner" ? [process.stdout, process.stderr] : [process.stdout];
  const foreign = held.use(new ForeignOutput({ process, streams, say }));
  const scratch: { removeScratchNow(): void }[] = [];
  const abandon = () => scratch.forEach((each) => each.removeScratchNow());
  const { timeout } = settings;
  const cancellation = held.use(
    openCancellation({
      process,
      timers: globalThis,
      timeout,
      abandon,
      lastWord: (error) => {
        foreign[Symbol.dispose]();
        lastWord(error);
      },
    }),
  );
  const { signal } = cancellation;
  const fail = (error: ColdstoreError) => cancellation.end(error);
  const temporary = await openWorkspace({ root: temporaryFolder(env), signal });
  const workspace = await workspaceFor(settings, temporary, signal);
  // Before anything lies in them: a configuration of remotes has secrets.
  scratch.push(temporary, workspace);
  const until = { end: held };
  const scratchUntilEnd = async () => until.end.use(await temporary.scratch());
  const warn = (line: string) => output.log.warn(line);
  const around = { env, signal, scratch: scratchUntilEnd, workspace: temporary, say, warn, fail, foreign };
  const opened = held.use(await openStores(settings, around));
  scratch.push(...opened.folders);
  const kept = held.move();
  until.end = kept;
  const ports: Ports = {
    ...sourcePorts(settings, { signal, scratch: scratchUntilEnd, held: kept, opened }),
    ...targetPorts(settings, { signal, scratch, root: temporaryFolder(env) }),
    ...storePorts(settings, opened, say),
    workspace: jobFolder !== undefined && outlives(settings) ? keepingWorkspace(workspace, jobFolder) : workspace,
    log: output.log,
    progress: output.progress,
    signal,
    now: () => new Date(),
    run: identifyRun(env),
  };
  return { ports, [Symbol.asyncDispose]: async () => kept.disposeAsync() };
}

interface SourcePlace {
  readonly signal: AbortSignal;
  readonly scratch: () => Promise<Scratch>;
  /** What is to be let go of at the end. */
  readonly held: AsyncDisposableStack;
  readonly opened: OpenStores;
}

function sourcePorts(
  settings: Settings,
  { signal, scratch, held, opened }: SourcePlace,
): Pick<Ports, "openRepository" | "openFolder" | "outputs"> {
  const source = sourceOf(settings);
  const remote = remoteSourceOf(settings);
  return {
    openRepository: async () => openGitRepository({ source, scratch: await scratch(), signal }),
    openFolder: async () => {
      const own = await scratch();
      if (remote === undefined) return openSourceFolder({ path: source, scratch: own, signal });
      return held.use(await opened.openSource(remote, own));
    },
    outputs: openBuildOutputs(outputsFolder(settings)),
  };
}

interface TargetPlace {
  readonly signal: AbortSignal;
  /** All that is to go when the process is about to end on the spot; grows. */
  readonly scratch: { removeScratchNow(): void }[];
  /** Folder for drills. */
  readonly root: string;
}

function targetPorts(
  settings: Settings,
  { signal, scratch, root }: TargetPlace,
): Pick<Ports, "openTarget" | "foreseeTarget" | "openDrill"> {
  const apart = foldersOf(settings.stores);
  const keep = <T extends { removeScratchNow(): void }>(place: T): T => {
    scratch.push(place);
    return place;
  };
  return {
    openTarget: async (into) => keep(await openRestoreTarget({ into, signal, apart })),
    foreseeTarget: async (into) => foreseeRestoreTarget({ into, signal, apart }),
    openDrill: async () => keep(await openDrillTarget({ root, signal })),
  };
}

function storePorts(
  settings: Settings,
  { stores, from }: OpenStores,
  say: (line: string) => void,
): Pick<Ports, "stores" | "from"> {
  const retrying = (store: Store) =>
    retryingStore(
      store,
      usualRetries((line) => say(`${store.name}: ${line}`)),
    );
  return {
    stores: stores.map(isDryRun(settings) ? dryRunStore : retrying),
    ...(from && { from: retrying(from) }),
  };
}

function temporaryFolder(env: Surroundings["env"]): string {
  return env["RUNNER_TEMP"] || tmpdir();
}

/** Where half-made things may lie, for the case that the run can't remove them itself. */
export function scratchRoots(settings: Settings, env: Surroundings["env"]): readonly string[] {
  return [temporaryFolder(env), ...foldersOf(settings.stores).map((path) => join(path, scratchFolder))];
}

/** The process of a workflow's step. */
export interface JobSurroundings {
  readonly env: Surroundings["env"];
  readonly toolkit: Toolkit;
  /** Where the runner reads the log. */
  readonly stream: LogStream;
}

/** What the action says to its job when the run is over. */
export function openJob({ env, toolkit, stream }: JobSurroundings): WorkflowJob {
  const print = (line: string) => void stream.write(`${line}\n`);
  return new WorkflowJob({ env, toolkit, print, temporary: temporaryFolder(env) });
}

function isMaking(settings: Settings): settings is SnapshotSettings | ArchiveSettings {
  return "source" in settings;
}

function isDryRun(settings: Settings): boolean {
  return settings.mode !== "list" && settings.dryRun;
}

/** Packing happens inside the first store that can take the set, so that storing there is a link; the others get copies. */
async function workspaceFor(
  settings: Settings,
  temporary: LocalWorkspace,
  signal: AbortSignal,
): Promise<LocalWorkspace> {
  if (!isMaking(settings) || settings.dryRun) return temporary;
  const [first, ...others] = await Promise.all(
    settings.stores.map(async (address) => {
      if (address.kind !== "folder") return { store: address.text, workspace: temporary };
      const workspace = await openWorkspace({ root: join(address.path, scratchFolder), signal });
      return { store: address.text, workspace };
    }),
  );
  return first === undefined ? temporary : firstWorkspace([first, ...others]);
}

/** Whether what is made is to outlive the run here: no store that has it is on this machine. */
function outlives(settings: Settings): boolean {
  return isMaking(settings) && !settings.dryRun && foldersOf(settings.stores).length === 0;
}

function remoteSourceOf(settings: Settings): RemoteAddress | undefined {
  return settings.mode === "archive" ? settings.remote : undefined;
}

/** Build outputs are files of this machine, wherever the source is. */
function outputsFolder(settings: Settings): string {
  return isMaking(settings) && remoteSourceOf(settings) === undefined ? settings.source : process.cwd();
}

function sourceOf(settings: Settings): string {
  return isMaking(settings) ? settings.source : ".";
}
