import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScratchRoot } from "../../src/adapters/local/workspace.ts";
import { openRcloneProcess } from "../../src/adapters/rclone/open-rclone-process.ts";
import { openRclone } from "../../src/adapters/rclone/open-rclone.ts";
import type { Remote } from "../../src/adapters/rclone/rclone-process.ts";
import { openRcloneStore, type RcloneStoreOptions } from "../../src/adapters/rclone/rclone-store.ts";
import type { Rclone } from "../../src/adapters/rclone/rclone.ts";
import type { Store } from "../../src/ports/store.ts";

/** A remote of the rclone on the PATH, with its own scratch, as one process of ours would have it. */
export interface OpenRemote extends AsyncDisposable {
  readonly rclone: Rclone;
  readonly store: Store;
}

/** Opens a store on `root`, as rclone takes it; `config` is the text of its configuration. */
export async function openRemote(
  root: string,
  { config, args = [], ...options }: { config?: string; args?: readonly string[] } & Partial<RcloneStoreOptions> = {},
): Promise<OpenRemote> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-rclone-"));
  const remote: Remote = {
    name: "remote:cold",
    root,
    config: config === undefined ? { kind: "none" } : { kind: "text", text: config },
    args,
  };
  await mkdir(join(folder, "process"), { mode: 0o700 });
  const process_ = await openRcloneProcess({
    program: { path: rclonePath(), version: "1.75.1", trust: "own" },
    remote,
    env: process.env,
    args: [],
    folder: join(folder, "process"),
    stallTimeout: 60_000,
  });
  const rclone = openRclone(process_, remote);
  const store = openRcloneStore({ rclone, name: remote.name, scratch: new ScratchRoot(join(folder, "s")), ...options });
  return {
    rclone,
    store,
    async [Symbol.asyncDispose]() {
      await process_[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Absolute path of the rclone on the PATH. */
export function rclonePath(): string {
  return execFileSync("sh", ["-c", "command -v rclone"], { encoding: "utf8" }).trim();
}
