import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { linesOf, readKnownHost, writeKnownHost, type HostPlace, type KnownHost } from "./known-hosts.ts";

/** What a host may prove itself with. */
export interface HostKeys {
  /** Text of a known_hosts file that has this host alone. */
  readonly knownHosts: string;
  /** Kinds of keys to agree on with the host, best first: another kind that it has, too, would look like a wrong key. */
  readonly algorithms: readonly string[];
}

/**
 * The keys that a host is known by: of the lines given, else of the user's own and the machine's known_hosts. Rejects with
 * `settings` when it isn't known, and for lines that can't be read.
 */
export async function hostKeys(
  place: HostPlace,
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostKeys> {
  const known = given.length > 0 ? readGiven(place, given) : await readOwn(env);
  const lines = linesOf(place, known).filter(({ type }) => type in algorithmsOf);
  const trusted = lines.filter(({ marker }) => marker !== "@revoked");
  if (trusted.length === 0) throw unknownHost(place, given.length > 0);
  return {
    knownHosts: lines.map((line) => writeKnownHost(place, line)).join(""),
    algorithms: agreeable(trusted),
  };
}

/** How to come to know a host, as the end of a sentence. */
function howToKnow({ host, port }: HostPlace): string {
  return (
    `run \`ssh-keyscan -p ${port} ${host}\` from a network that you trust, compare the keys with those that the host itself has ` +
    `(\`ssh-keygen -lf\` of its /etc/ssh/ssh_host_*.pub), and set ssh-known-hosts to the lines`
  );
}

// Best first. An RSA key signs with SHA-2; with SHA-1 no more.
const algorithmsOf: Readonly<Record<string, readonly string[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** A host's certificate may be of any kind, whatever the key is that signed it. */
function agreeable(lines: readonly KnownHost[]): readonly string[] {
  const signed = lines.some(({ marker }) => marker === "@cert-authority");
  const types = new Set(lines.flatMap(({ marker, type }) => (marker === undefined ? [type] : [])));
  const all = Object.values(algorithmsOf).flat();
  const own = Object.entries(algorithmsOf).flatMap(([type, names]) => (types.has(type) ? names : []));
  return [...(signed ? all.map((name) => `${name}-cert-v01@openssh.com`) : []), ...own];
}

function readGiven(place: HostPlace, given: readonly string[]): readonly KnownHost[] {
  const lines = given.flatMap((text) => text.split("\n"));
  return lines.flatMap((line) => {
    const read = readKnownHost(line);
    if (read !== "unreadable") return read ?? [];
    const shown = visibleText(line.trim().slice(0, 60));
    throw new ColdstoreError(
      "settings",
      `ssh-known-hosts has a line that isn't one of a known_hosts file (host, kind of key, key): "${shown}"; ${howToKnow(place)}.`,
    );
  });
}

async function readOwn(env: Readonly<Record<string, string | undefined>>): Promise<readonly KnownHost[]> {
  const home = env["HOME"] ?? env["USERPROFILE"];
  const files = [...(home ? [join(home, ".ssh", "known_hosts")] : []), "/etc/ssh/ssh_known_hosts"];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts
    .flatMap((text) => text.split("\n"))
    .map((line) => readKnownHost(line))
    .filter((line) => line !== undefined && line !== "unreadable");
}

function unknownHost(place: HostPlace, given: boolean): ColdstoreError {
  const { host, port } = place;
  const where = port === 22 ? host : `${host} at port ${port}`;
  const problem = given
    ? `none of the lines in ssh-known-hosts is of ${where}`
    : `nothing tells which key ${where} has, so that another machine could pass for it`;
  return new ColdstoreError("settings", `${problem}; ${howToKnow(place)}.`);
}
