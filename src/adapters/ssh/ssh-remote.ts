import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import type { SshAddress } from "../../model/store-address.ts";
import type { Remote } from "../rclone/rclone-process.ts";
import { hostKeys } from "./host-keys.ts";
import { privateKey } from "./private-key.ts";

/** How SSH hosts are reached. */
export interface SshOptions {
  /** A private key, its text. Absent: the agent's. */
  readonly key?: string;
  /** Lines of a known_hosts file; none: the user's own. */
  readonly knownHosts: readonly string[];
  readonly maxConnections: number;
}

export interface AroundSsh {
  /** Of this run: `HOME` for the user's known_hosts, `SSH_AUTH_SOCK` for an agent. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A private folder, absolute, that goes away after the last use of the remote: the key lies in it. */
  readonly folder: string;
}

/**
 * What rclone is told of a folder of an SSH host. Without a user it's the one who runs this, as for ssh. Rejects with `settings` for
 * a host whose key isn't known and a key that can't be used; nothing is asked of the host yet.
 */
export async function sshRemote(address: SshAddress, options: SshOptions, around: AroundSsh): Promise<Remote> {
  const place = { host: address.host, port: address.port ?? 22 };
  const user = address.user ?? ownName(address);
  const keys = await hostKeys(place, options.knownHosts, around.env);
  const section = sectionOf(user, place);
  const knownHostsFile = join(around.folder, `${section}.known-hosts`);
  const login = await loginBy(options.key, { address, around, section });
  await writeFile(knownHostsFile, keys.knownHosts, { mode: 0o600 });
  const values = {
    type: "sftp",
    host: plain(address, place.host.includes(":") ? `[${place.host}]` : place.host),
    user: plain(address, user),
    port: String(place.port),
    ...login,
    known_hosts_file: knownHostsFile,
    host_key_algorithms: keys.algorithms.join(" "),
    connections: String(options.maxConnections),
    // An object's time is when it was stored; and some servers refuse to set another one.
    set_modtime: "false",
    // As in folders of this machine: a link in a store is no object, and can't lead around in a circle.
    skip_links: "true",
  };
  return {
    name: address.text,
    root: `${section}:${address.path}`,
    config: { kind: "text", text: sectionText(section, values) },
    args: [],
  };
}

// Its shell, if it has one, and the programs there that make digests are found out by rclone, which keeps that in the private
// configuration. To say `unix` instead would have names of files read by another shell's rules on a Windows host; a host that
// only does SFTP has no digests then, which is no error.
function sectionText(section: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => `${name} = ${value}\n`);
  return `[${section}]\n${lines.join("")}`;
}

/** A name that no other host's section has, so that two can stand in one file. */
function sectionOf(user: string, { host, port }: { readonly host: string; readonly port: number }): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([user, host, port]))
    .digest("hex");
  return `ssh-${hash.slice(0, 12)}`;
}

interface LoginPlace {
  readonly address: SshAddress;
  readonly around: AroundSsh;
  readonly section: string;
}

async function loginBy(key: string | undefined, place: LoginPlace): Promise<Readonly<Record<string, string>>> {
  const { address, around, section } = place;
  if (key !== undefined) {
    const file = join(around.folder, `${section}.key`);
    await writeFile(file, privateKey(key), { mode: 0o600 });
    return { key_file: file };
  }
  // On Windows an agent is found by another way than a variable.
  if (!around.env["SSH_AUTH_SOCK"] && process.platform !== "win32")
    throw new ColdstoreError(
      "settings",
      `${address.text} needs a key to log in with: set ssh-key to a private key's text, or run an SSH agent that has one.`,
    );
  return { key_use_agent: "true" };
}

function ownName(address: SshAddress): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new ColdstoreError(
      "settings",
      `${address.text} doesn't say who logs in, and who runs this has no name here; write ssh://user@${address.host}/...`,
      { cause },
    );
  }
}

/** A word as it may stand in rclone's configuration, where quotes and `%(…)` have a meaning. */
function plain(address: SshAddress, word: string): string {
  if (word !== "" && !/[\s\p{Cc}"'`#;]|%\(/u.test(word)) return word;
  throw new ColdstoreError("settings", `${address.text} has a user or host that can't be one.`);
}
