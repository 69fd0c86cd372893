import { ColdstoreError } from "../../model/errors.ts";
import { cutToWidth, visibleText } from "../../model/visible-text.ts";
import { bareEnvironment, runProgram } from "./run-program.ts";

type Environment = Readonly<Record<string, string | undefined>>;

// Before it a file's name could run commands on a server that speaks PowerShell, or lead out of the folder that is copied to.
const oldest = "1.74.0";

/** A version that was asked for, without a `v` before it. Throws `settings` for what isn't one, or one that's too old to be safe. */
export function askedVersion(text: string): string {
  const version = /^v?(\d{1,4}\.\d{1,4}\.\d{1,4})$/.exec(text)?.[1];
  if (version === undefined)
    throw new ColdstoreError(
      "settings",
      `rclone-version is ${quoted(text)}; give one version, like ${oldest}: what a word stands for would change by itself`,
    );
  if (isTooOld(version))
    throw new ColdstoreError(
      "settings",
      `rclone-version is ${version}, ${tooOld}; set it to ${oldest} or newer, or leave it out`,
    );
  return version;
}

/** Why old ones aren't used; completes "rclone is 1.60.1, ...". */
export const tooOld = "which hostile file names can lead astray";

/** What to set in place of an rclone that is too old. */
export const newEnough = `${oldest} or newer`;

export function isTooOld(version: string): boolean {
  const [found, least] = [version, oldest].map((text) => text.split(".").map(Number));
  for (const [index, part] of (least ?? []).entries()) {
    const difference = (found?.[index] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * The version that an executable says it is, `1.75.1` of `rclone v1.75.1-DEV`. Rejects with `settings`, naming the path, for what
 * can't be started or doesn't speak like rclone.
 */
export async function versionOf(
  path: string,
  { env, signal }: { readonly env: Environment; readonly signal: AbortSignal },
): Promise<string> {
  const call = { program: path, args: ["version"], env: bareEnvironment(env), limitMs: 30_000, signal };
  const end = await runProgram(call).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unusable(
      path,
      `can't be started (${cause instanceof Error ? visibleText(cause.message) : "unknown"})`,
      cause,
    );
  });
  const [line = ""] = end.stdout.split(/\r?\n/u, 1);
  const version = /^rclone v(\d{1,4}\.\d{1,4}\.\d{1,4})(?![\d.])/.exec(line)?.[1];
  if (end.code !== 0 || version === undefined) {
    const said = cutToWidth(visibleText(line || (end.stderr.split("\n", 1)[0] ?? "")), 100);
    throw unusable(path, said === "" ? `doesn't tell its version` : `says "${said}" instead of its version`);
  }
  return version;
}

function unusable(path: string, what: string, cause?: unknown): ColdstoreError {
  const advice = "set rclone-path to an rclone that works here, or leave it out to have one fetched";
  return new ColdstoreError("settings", `${visibleText(path)} ${what}; ${advice}`, { cause });
}

function quoted(text: string): string {
  return `"${cutToWidth(visibleText(text), 60)}"`;
}
