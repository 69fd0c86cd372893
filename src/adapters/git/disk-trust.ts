import { atGitDir } from "./at-git-dir.ts";
import type { FoundRepository } from "./find-repository.ts";
import { environmentFor } from "./git-environment.ts";
import { askGit, gitFailed } from "./run-git.ts";

/** What git takes from the disk in a clone. Where it doesn't, the index has the last word. */
export interface DiskTrust {
  /** Executable bits (core.fileMode). */
  readonly modes: boolean;
  /** Symbolic links; else each is a file that holds its target (core.symlinks). */
  readonly links: boolean;
}

/** What a clone's configuration says of its disk; both are true unless it is set (git-config(1)). On Windows no file has an executable bit. */
export async function readDiskTrust(
  found: FoundRepository,
  signal: AbortSignal,
  platform: NodeJS.Platform = process.platform,
): Promise<DiskTrust> {
  const args = [
    ...atGitDir(found.gitDir),
    "config",
    "--type=bool",
    "-z",
    "--get-regexp",
    "^core\\.(filemode|symlinks)$",
  ];
  const { code, stdout, stderr } = await askGit({ args, signal, base: environmentFor(found) });
  // 1: none of them is set.
  if (code > 1) throw gitFailed(args, stderr);
  const records = stdout.toString("latin1").split("\0");
  // Of a key that is there twice the last one counts.
  const isOff = (key: string): boolean =>
    records.findLast((record) => record.startsWith(`${key}\n`)) === `${key}\nfalse`;
  return { modes: platform !== "win32" && !isOff("core.filemode"), links: !isOff("core.symlinks") };
}
