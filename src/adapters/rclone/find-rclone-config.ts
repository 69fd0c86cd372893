import { access } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface ConfigSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` has it. */
  readonly platform: string;
  /** Of an rclone that somebody put here: its configuration may lie beside it. */
  readonly program?: string;
}

/**
 * The user's own configuration of rclone, where rclone itself looks (makeConfigPath in fs/config/config.go): what RCLONE_CONFIG
 * names, whether it's there or not, else the first file that there is. Undefined when there is none.
 */
export async function findRcloneConfig(search: ConfigSearch): Promise<string | undefined> {
  const named = search.env["RCLONE_CONFIG"];
  if (named !== undefined && named !== "") return named;
  for (const path of usualPlaces(search)) if (await isThere(path)) return path;
  return undefined;
}

function usualPlaces({ env, platform, program }: ConfigSearch): readonly string[] {
  const windows = platform === "win32";
  const home = windows ? (env["USERPROFILE"] ?? env["HOME"]) : env["HOME"];
  return [
    program === undefined ? undefined : join(dirname(program), "rclone.conf"),
    windows ? inside(env["APPDATA"], "rclone", "rclone.conf") : undefined,
    inside(env["XDG_CONFIG_HOME"], "rclone", "rclone.conf"),
    inside(home, ".config", "rclone", "rclone.conf"),
    inside(home, ".rclone.conf"),
  ].filter((path) => path !== undefined);
}

function inside(folder: string | undefined, ...names: readonly string[]): string | undefined {
  return folder === undefined || folder === "" ? undefined : join(folder, ...names);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
