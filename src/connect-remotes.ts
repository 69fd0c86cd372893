import { findRcloneConfig } from "./adapters/rclone/find-rclone-config.ts";
import { findRclone } from "./adapters/rclone/find-rclone.ts";
import { openRcloneProcess } from "./adapters/rclone/open-rclone-process.ts";
import { openRclone } from "./adapters/rclone/open-rclone.ts";
import { openRemoteFolder } from "./adapters/rclone/open-remote-folder.ts";
import type { RcloneConfig, Remote } from "./adapters/rclone/rclone-process.ts";
import type { RcloneProgram } from "./adapters/rclone/rclone-program.ts";
import type { Rclone } from "./adapters/rclone/rclone.ts";
import { openRcloneStore } from "./adapters/rclone/rclone-store.ts";
import { sshRemote } from "./adapters/ssh/ssh-remote.ts";
import type { RcloneAddress, RemoteAddress } from "./model/store-address.ts";
import type { SourceFolder } from "./ports/folder.ts";
import type { Store } from "./ports/store.ts";
import type { Scratch, Workspace } from "./ports/workspace.ts";
import type { Settings } from "./settings/settings.ts";

/** What remotes are opened with beside the settings. */
export interface RemoteSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** A folder for what is needed until the remotes are let go of. */
  readonly scratch: () => Promise<Scratch>;
  readonly workspace: Pick<Workspace, "scratch">;
  readonly say: (line: string) => void;
}

/** What rclone reaches for one run. Disposing of it ends every rclone, and removes configurations and keys. */
export interface Remotes extends AsyncDisposable {
  openStore(address: RemoteAddress): Promise<Store>;
  /** A folder to archive; it's to be disposed of before the scratch folder, where files of it lie on their way. */
  openFolder(address: RemoteAddress, scratch: Scratch): Promise<SourceFolder & AsyncDisposable>;
}

/** Gets ready for remotes; rclone itself is looked for, or fetched, when the first one is opened. */
export function openRemotes(
  settings: Pick<Settings, "rclone" | "ssh" | "stallTimeout">,
  around: RemoteSurroundings,
): Remotes {
  const held = new AsyncDisposableStack();
  const found: { program?: Promise<RcloneProgram> } = {};
  const open = async (address: RemoteAddress): Promise<Rclone> => {
    found.program ??= findRclone({ ...around, settings: settings.rclone });
    const program = await found.program;
    const folder = (await around.scratch()).path;
    const remote = await remoteOf(address, { settings, env: around.env, folder, program });
    const { env, say } = around;
    const { stallTimeout, rclone } = settings;
    const process = await openRcloneProcess({
      program,
      remote,
      env,
      args: rclone.args,
      folder,
      stallTimeout,
      warn: say,
    });
    return openRclone(held.use(process), remote);
  };
  return {
    async openStore(address) {
      const { storageClass } = settings.rclone;
      return openRcloneStore({
        rclone: await open(address),
        scratch: around.workspace,
        name: address.text,
        ...(storageClass !== undefined && { storageClass }),
      });
    },
    async openFolder(address, scratch) {
      return openRemoteFolder({ rclone: await open(address), address, scratch, signal: around.signal });
    },
    [Symbol.asyncDispose]: async () => held.disposeAsync(),
  };
}

interface RemotePlace {
  readonly settings: Pick<Settings, "rclone" | "ssh">;
  readonly env: RemoteSurroundings["env"];
  readonly folder: string;
  readonly program: RcloneProgram;
}

async function remoteOf(address: RemoteAddress, place: RemotePlace): Promise<Remote> {
  return address.kind === "ssh" ? sshRemote(address, place.settings.ssh, place) : rcloneRemote(address, place);
}

async function rcloneRemote({ text, remote, path }: RcloneAddress, place: RemotePlace): Promise<Remote> {
  return { name: text, root: `${remote}${path}`, config: await configFor(place), args: [] };
}

async function configFor({ settings, env, program }: RemotePlace): Promise<RcloneConfig> {
  const { config } = settings.rclone;
  if (config !== undefined) return { kind: "text", text: config };
  const { platform } = process;
  const beside = program.trust === "own" ? { program: program.path } : {};
  const path = await findRcloneConfig({ env, platform, ...beside });
  return path === undefined ? { kind: "none" } : { kind: "file", path };
}
