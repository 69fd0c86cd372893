import { mkdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { diskError, saysAbsent } from "../local/disk-error.ts";
import { openWorkspace } from "../local/workspace.ts";
import { download } from "./download.ts";
import { type InstallPlace, zipName } from "./install-rclone.ts";
import type { RcloneDigests } from "./rclone-digests.ts";
import type { SigningKeys } from "./rclone-keys.ts";
import type { RcloneProgram } from "./rclone-program.ts";
import { listedDigests, signedText } from "./rclone-signature.ts";

/** A digest of a zip, and why it's believed. */
export interface TrustedDigest {
  readonly sha256: string;
  readonly trust: Exclude<RcloneProgram["trust"], "own">;
}

/** What a digest can be had from. */
export interface DigestSources {
  /** The user's. */
  readonly given: string | undefined;
  readonly known: RcloneDigests;
  readonly keys: SigningKeys;
}

type Zip = { readonly version: string; readonly platform: string };

/**
 * The digest that a zip must have: the one known by heart, else the user's, else the one in the signed list of that version.
 * Rejects with `settings` when the user's isn't the known one: a build of one's own is for rclone-path.
 */
export async function trustedDigest(zip: Zip, from: DigestSources, at: InstallPlace): Promise<TrustedDigest> {
  const { given, known, keys } = from;
  const pinned = known[zip.version]?.[zip.platform];
  if (pinned !== undefined && given !== undefined && given !== pinned)
    throw new ColdstoreError(
      "settings",
      `rclone-sha256 isn't the digest of ${zipName(zip)}, which is ${pinned}; leave it out, correct it, or set rclone-path to a build of your own`,
    );
  if (pinned !== undefined) return { sha256: pinned, trust: "pinned" };
  if (given !== undefined) return { sha256: given, trust: "given" };
  const listed = (await signedList(zip.version, keys, at)).get(zipName(zip));
  if (listed !== undefined) return { sha256: listed, trust: "signed" };
  throw new ColdstoreError(
    "settings",
    `there is no rclone ${zip.version} for ${zip.platform}; set rclone-version to another one, or set rclone-path to an rclone that runs here`,
  );
}

// Those of 1.75 have 9 kB.
const mostBytes = 1024 * 1024;

/** The list of a version's digests, fetched once; its signature is checked each time. */
export async function signedList(
  version: string,
  keys: SigningKeys,
  at: InstallPlace,
): Promise<ReadonlyMap<string, string>> {
  const workspace = await openWorkspace({ root: join(at.cache, ".tmp"), signal: at.signal });
  const kept = join(at.cache, version, "SHA256SUMS");
  const prove = async (file: string): Promise<ReadonlyMap<string, string>> => {
    await using scratch = await workspace.scratch();
    const { env, signal, machine } = at;
    const name = `SHA256SUMS of rclone ${version}`;
    const check = { file, name, keys, folder: scratch.path, env, signal, platform: machine.platform };
    return listedDigests(await signedText(check));
  };
  if (await isReadable(kept)) {
    try {
      return ofVersion(await prove(kept), version);
    } catch (thrown) {
      if (!(thrown instanceof ColdstoreError) || thrown.failure !== "integrity") throw thrown;
      at.say(`${kept} isn't as it was fetched; it is fetched anew`);
    }
  }
  await using scratch = await workspace.scratch();
  const to = scratch.file("SHA256SUMS");
  await download({ version, name: "SHA256SUMS", to, mostBytes }, at);
  const listed = ofVersion(await prove(to), version);
  await keep(to, kept);
  return listed;
}

/** An old list is signed as well: a host could give it for a new version. */
function ofVersion(listed: ReadonlyMap<string, string>, version: string): ReadonlyMap<string, string> {
  if ([...listed.keys()].some((name) => name.startsWith(`rclone-v${version}-`))) return listed;
  throw new ColdstoreError(
    "integrity",
    `the signed list that came for rclone ${version} is another version's; check rclone-mirror and the network, or leave rclone-version out`,
  );
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await readFile(path);
    return true;
  } catch (thrown) {
    if (saysAbsent(thrown)) return false;
    throw diskError(thrown, "read", path, "folder");
  }
}

async function keep(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  } catch (thrown) {
    throw diskError(thrown, "write", to, "folder");
  }
}
