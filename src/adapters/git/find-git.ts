import { win32 } from "node:path";

/** What decides which program a name stands for. */
export interface ProgramSearch {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isFile: (path: string) => boolean;
}

/**
 * What to start as git; undefined when there is none. Windows would look in the current folder before the PATH, and a repository
 * may have a git.exe: there it is the first one in a folder that the PATH names from a drive or a share on. Source: `search_path`
 * in libuv's src/win/process.c.
 */
export function gitProgram({ platform, env, isFile }: ProgramSearch): string | undefined {
  if (platform !== "win32") return "git";
  const [, path = ""] = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH") ?? [];
  return path
    .split(";")
    .map((folder) => folder.replaceAll('"', ""))
    .filter((folder) => /^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(folder))
    .map((folder) => win32.join(folder, "git.exe"))
    .find(isFile);
}
