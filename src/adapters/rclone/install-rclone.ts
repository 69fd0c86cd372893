import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { openWorkspace } from "../local/workspace.ts";
import { download, type DownloadSetting } from "./download.ts";
import { type CachePlace, checkCached, keepInCache, keptZip, mostZipBytes, unpack } from "./program-cache.ts";
import { type Machine, rcloneFile } from "./rclone-platform.ts";

/** One of rclone's zips. */
export interface WantedRclone {
  readonly version: string;
  /** `linux-amd64`. */
  readonly platform: string;
  /** Lowercase hex, of the zip; proven to be rclone's, or given. */
  readonly sha256: string;
}

export interface InstallPlace extends DownloadSetting {
  /** The cache of fetched programs. */
  readonly cache: string;
  readonly machine: Machine;
}

/**
 * Path of an executable that has the bytes of this zip: the cached one, which is compared with it each time, or a new one. Rejects
 * with `integrity` when what comes isn't that zip; nothing of it is left then.
 */
export async function installRclone(wanted: WantedRclone, at: InstallPlace): Promise<string> {
  const place = placeOf(wanted, at);
  const cached = await checkCached(place);
  if (cached === "broken") at.say(`${place.folder} isn't as it was fetched; it is fetched anew`);
  if (cached !== "good") await fetchInto(place, { wanted, at });
  return join(place.folder, place.file);
}

/** Name of a zip in rclone's downloads. The one folder in it is called the same, without the ending. */
export function zipName({ version, platform }: Pick<WantedRclone, "version" | "platform">): string {
  return `rclone-v${version}-${platform}.zip`;
}

function placeOf(wanted: WantedRclone, { cache, machine }: InstallPlace): CachePlace {
  const { version, platform, sha256 } = wanted;
  const file = rcloneFile(machine);
  const within = `${zipName(wanted).slice(0, -".zip".length)}/${file}`;
  const build = `${platform}-${sha256.slice(0, 16)}`;
  return { folder: join(cache, version, build), cache, version, build, sha256, within, file };
}

interface Fetching {
  readonly wanted: WantedRclone;
  readonly at: InstallPlace;
}

async function fetchInto(place: CachePlace, { wanted, at }: Fetching): Promise<void> {
  const workspace = await openWorkspace({ root: join(at.cache, ".tmp"), signal: at.signal });
  await using scratch = await workspace.scratch();
  const made = scratch.file("made");
  await mkdir(made);
  const name = zipName(wanted);
  const { url } = await download(
    { version: wanted.version, name, to: join(made, keptZip), mostBytes: mostZipBytes },
    at,
  );
  const found = await unpack(made, place);
  if (found !== undefined)
    throw new ColdstoreError(
      "integrity",
      `${url} isn't the zip that was expected: its SHA-256 is ${found}, not ${place.sha256}. It was removed; check what proxies do, rclone-sha256 and rclone-mirror, or set rclone-path to an rclone that is here.`,
    );
  await keepInCache(made, place, at.signal);
}
