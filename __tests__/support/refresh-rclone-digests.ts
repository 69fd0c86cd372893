// `npm run rclone-digests -- 1.76.0`: puts a version's digests into src/adapters/rclone/rclone-digests.ts, from the list that rclone
// has signed, in place of the oldest version there.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadLimits } from "../../src/adapters/rclone/download.ts";
import { officialHosts } from "../../src/adapters/rclone/download-hosts.ts";
import { signedList } from "../../src/adapters/rclone/rclone-digest.ts";
import { type RcloneDigests, rcloneDigests } from "../../src/adapters/rclone/rclone-digests.ts";
import { rcloneKeys } from "../../src/adapters/rclone/rclone-keys.ts";
import { rclonePlatform } from "../../src/adapters/rclone/rclone-platform.ts";
import { askedVersion } from "../../src/adapters/rclone/rclone-version.ts";

const mostVersions = 2;

/** Digests of a version, for the platforms that one can be fetched for; throws when a usual one is missing. */
export function digestsOf(version: string, listed: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const machines = ["linux", "darwin", "win32"].flatMap((platform) =>
    ["x64", "arm64", "ia32", "arm"].map((arch) => ({ platform, arch })),
  );
  const found: Record<string, string> = {};
  for (const machine of machines) {
    const platform = rclonePlatform(machine);
    const digest = platform && listed.get(`rclone-v${version}-${platform}.zip`);
    if (platform && digest) found[platform] = digest;
    else if (["x64", "arm64"].includes(machine.arch)) throw new Error(`${platform} isn't in the list of ${version}`);
  }
  return Object.fromEntries(Object.entries(found).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** The table with a version put in, the newest ones of it. */
export function withVersion(
  known: RcloneDigests,
  version: string,
  digests: Readonly<Record<string, string>>,
): RcloneDigests {
  const all = Object.entries({ ...known, [version]: digests });
  const inOrder = all.toSorted(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
  return Object.fromEntries(inOrder.slice(-mostVersions));
}

/** The module's text with another table and another default. */
export function withTable(module: string, version: string, table: RcloneDigests): string {
  const rows = Object.entries(table).map(([each, digests]) => {
    const lines = Object.entries(digests).map(([platform, digest]) => `    "${platform}": "${digest}",\n`);
    return `  "${each}": {\n${lines.join("")}  },\n`;
  });
  return module
    .replace(/(defaultRcloneVersion = ")[^"]*/, `$1${version}`)
    .replace(/(rcloneDigests: RcloneDigests = \{\n)[^]*?\n\};/, `$1${rows.join("")}};`);
}

async function refresh(version: string): Promise<void> {
  const cache = await mkdtemp(join(tmpdir(), "rclone-digests-"));
  try {
    const around = { env: process.env, signal: new AbortController().signal, machine: process, cache };
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    const setting = { ...around, say, hosts: officialHosts, limits: downloadLimits };
    const digests = digestsOf(version, await signedList(version, rcloneKeys, setting));
    const known = rcloneDigests[version] ?? {};
    for (const [platform, digest] of Object.entries(known))
      if (digests[platform] !== digest)
        throw new Error(`the known digest of ${version} for ${platform} isn't the signed one`);
    const path = new URL("../../src/adapters/rclone/rclone-digests.ts", import.meta.url);
    const module = await readFile(path, "utf8");
    await writeFile(path, withTable(module, version, withVersion(rcloneDigests, version, digests)));
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

if (import.meta.main) await refresh(askedVersion(process.argv[2] ?? ""));
