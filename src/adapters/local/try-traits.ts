import {
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { TargetTraits } from "../../ports/restore-target.ts";
import { errnoOf } from "./disk-error.ts";

export interface TriedTraits {
  readonly traits: TargetTraits;
  /** Permission bits that stay of those a new file or folder asks for; the others are the umask's, or an access control list's. */
  readonly kept: number;
}

// What says nothing about what a file system can hold.
const troubles = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "EACCES"]);

/** Tries out what the file system under a folder of ours can hold, in a folder of its own there. Throws what the system says when nothing can be made. */
export function tryTraits(folder: string, platform: NodeJS.Platform): TriedTraits {
  const probe = join(folder, "probe");
  mkdirSync(probe, { mode: 0o700 });
  try {
    const { kept, modes } = tryBits(join(probe, "bits"));
    const traits = {
      symlinks: works(() => keepsLink(join(probe, "link"))),
      modes: modes && platform !== "win32",
      foldsCase: works(() => takesForOne(probe, "case", "CASE")),
      normalizes: works(() => takesForOne(probe, "\u00e9", "e\u0301")),
      // A disk of Windows's may be mounted anywhere.
      windowsNames: platform === "win32" || !["col:on", "dot."].every((name) => works(() => keepsName(probe, name))),
      anyBytes: works(() => keepsName(probe, Buffer.from([0x61, 0xff, 0xfe]))),
    };
    return { traits, kept };
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

function tryBits(path: string): { kept: number; modes: boolean } {
  const file = openSync(path, "wx", 0o777);
  try {
    const bits = (): number => fstatSync(file).mode & 0o777;
    const kept = bits();
    const stays = (mode: number): boolean => {
      fchmodSync(file, mode);
      return bits() === mode;
    };
    return { kept, modes: works(() => stays(0o640) && stays(0o711)) };
  } finally {
    closeSync(file);
  }
}

function keepsLink(path: string): boolean {
  symlinkSync("nowhere", path);
  return readlinkSync(path) === "nowhere";
}

function takesForOne(folder: string, name: string, other: string): boolean {
  writeFileSync(join(folder, name), "", { flag: "wx" });
  return lstatSync(join(folder, other), { throwIfNoEntry: false }) !== undefined;
}

function keepsName(folder: string, name: string | Buffer): boolean {
  const bytes = Buffer.from(name);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), bytes]), "", { flag: "wx" });
  return readdirSync(folder, { encoding: "buffer" }).some((one) => one.equals(bytes));
}

function works(attempt: () => boolean): boolean {
  try {
    return attempt();
  } catch (error) {
    if (troubles.has(errnoOf(error) ?? "")) throw error;
    return false;
  }
}
