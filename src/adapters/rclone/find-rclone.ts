import { isAbsolute } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { type DownloadHost, mirrorHost, officialHosts } from "./download-hosts.ts";
import { type DownloadLimits, downloadLimits } from "./download.ts";
import { findProgram, isExecutable } from "./find-program.ts";
import { type InstallPlace, installRclone } from "./install-rclone.ts";
import { cacheFolder } from "./program-cache.ts";
import { trustedDigest } from "./rclone-digest.ts";
import { defaultRcloneVersion, type RcloneDigests, rcloneDigests } from "./rclone-digests.ts";
import { rcloneKeys, type SigningKeys } from "./rclone-keys.ts";
import { type Machine, rclonePlatform } from "./rclone-platform.ts";
import type { RcloneProgram } from "./rclone-program.ts";
import { askedVersion, isTooOld, newEnough, tooOld, versionOf } from "./rclone-version.ts";

/** Which rclone is wanted; with nothing said, a good one. */
export interface RcloneChoice {
  readonly version?: string;
  /** Lowercase hex, of the version's zip for this machine. */
  readonly sha256?: string;
  /** Absolute. */
  readonly path?: string;
  readonly mirror?: string;
}

export interface RcloneSearch {
  readonly settings: RcloneChoice;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told of what is fetched, and of what is passed over. */
  readonly say: (line: string) => void;
}

/** Where rclone comes from, and what it's known by. */
export interface RcloneOrigin {
  readonly version: string;
  readonly digests: RcloneDigests;
  readonly keys: SigningKeys;
  readonly hosts: readonly DownloadHost[];
  readonly limits: DownloadLimits;
  readonly machine: Machine;
}

/** rclone's own releases, for the machine that this runs on. */
export function officialRclone(): RcloneOrigin {
  return {
    version: defaultRcloneVersion,
    digests: rcloneDigests,
    keys: rcloneKeys,
    hosts: officialHosts,
    limits: downloadLimits,
    machine: process,
  };
}

/**
 * The rclone to use: the one at `path`; else, with no version or digest asked for, one on the PATH that is new enough; else the one
 * that is fetched and kept. Rejects with one sentence that says what to set; with `integrity` when what came isn't rclone's.
 */
export async function findRclone(search: RcloneSearch, origin = officialRclone()): Promise<RcloneProgram> {
  const { version, sha256, path } = search.settings;
  if (path !== undefined) return atPath(path, search);
  const asked = version === undefined ? undefined : askedVersion(version);
  const isAny = asked === undefined && sha256 === undefined;
  const own = isAny ? await onPath(search, origin) : undefined;
  return own ?? fetched(asked ?? origin.version, search, origin);
}

async function atPath(path: string, search: RcloneSearch): Promise<RcloneProgram> {
  if (!isAbsolute(path) || !(await isExecutable(path)))
    throw new ColdstoreError(
      "settings",
      `rclone-path is ${visibleText(path)}, which isn't the absolute path of a program; correct it, or leave it out to have rclone fetched`,
    );
  const version = await versionOf(path, search);
  if (!isTooOld(version)) return { path, version, trust: "own" };
  throw new ColdstoreError(
    "settings",
    `rclone-path is rclone ${version}, ${tooOld}; set it to ${newEnough}, or leave it out to have rclone fetched`,
  );
}

/** One that doesn't do isn't an error here: another one is fetched. */
async function onPath(search: RcloneSearch, { machine }: RcloneOrigin): Promise<RcloneProgram | undefined> {
  const path = await findProgram("rclone", search.env, machine.platform);
  if (path === undefined) return undefined;
  try {
    const version = await versionOf(path, search);
    if (!isTooOld(version)) return { path, version, trust: "own" };
    search.say(`${visibleText(path)} is rclone ${version}, ${tooOld}; another one is used`);
  } catch (thrown) {
    if (!(thrown instanceof ColdstoreError) || thrown.failure !== "settings") throw thrown;
    search.say(`${thrown.message}; another one is used`);
  }
  return undefined;
}

async function fetched(version: string, search: RcloneSearch, origin: RcloneOrigin): Promise<RcloneProgram> {
  const { machine, digests: known, keys, limits } = origin;
  const { mirror, sha256: given } = search.settings;
  const { env, signal, say } = search;
  const platform = rclonePlatform(machine);
  if (platform === undefined)
    throw new ColdstoreError(
      "settings",
      `there is no rclone to fetch for ${machine.platform} on ${machine.arch}; install rclone ${newEnough} on the PATH, or set rclone-path to it`,
    );
  const hosts = mirror === undefined ? origin.hosts : [mirrorHost(mirror)];
  const at: InstallPlace = { hosts, limits, env, signal, say, machine, cache: cacheFolder(env, machine.platform) };
  const { sha256, trust } = await trustedDigest({ version, platform }, { given, known, keys }, at);
  const path = await installRclone({ version, platform, sha256 }, at);
  const found = await versionOf(path, search);
  if (found === version) return { path, version, trust };
  throw new ColdstoreError(
    "integrity",
    `the rclone that was fetched as ${version} says it is ${found}; check rclone-sha256 and rclone-mirror`,
  );
}
