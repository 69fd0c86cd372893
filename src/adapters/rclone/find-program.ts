import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The first executable of this name on the PATH, absolute; undefined when there is none. Folders that the PATH names from the
 * current one on are left out: that one may be a repository.
 */
export async function findProgram(name: string, env: Environment, platform: string): Promise<string | undefined> {
  const isWindows = platform === "win32";
  const paths = isWindows ? win32 : posix;
  const [, path = ""] = Object.entries(env).find(([key]) => (isWindows ? key.toUpperCase() : key) === "PATH") ?? [];
  for (const folder of path.split(paths.delimiter)) {
    const bare = isWindows ? folder.replaceAll('"', "") : folder;
    const file = paths.join(bare, isWindows ? `${name}.exe` : name);
    if (paths.isAbsolute(bare) && (await isExecutable(file))) return file;
  }
  return undefined;
}

/** Whether it is a file that this user may start. Windows tells by the name alone. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
