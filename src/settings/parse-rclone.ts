import { unsafeOption } from "../model/rclone-arguments.ts";
import { isSecretOption } from "../model/rclone-options.ts";
import type { RcloneAddress } from "../model/store-address.ts";
import { type ConnectionString, parseConnectionString } from "./connection-string.ts";
import { fine, type Parsed, wrong } from "./parsed.ts";
import { hasControls } from "./wording.ts";

/** A folder of a remote of rclone's, as `name:path` or `:backend,option='value':path`; none with a secret in it. */
export function parseRclone(text: string): Parsed<RcloneAddress> {
  if (hasControls(text) || !text.isWellFormed()) return wrong("; a remote has no control characters");
  const parsed = parseConnectionString(text);
  if (!parsed.ok) return parsed;
  const problem = unfitOption(parsed.value);
  if (problem !== undefined) return wrong(problem);
  const { remote, path } = parsed.value;
  return fine({ kind: "rclone", text, remote, path: path.replace(/(?<=[^/])\/+$/, "").replace(/^\/+$/, "/") });
}

/** Whether a remote of somebody's configuration is changed on the way: its credentials could be sent elsewhere. */
export function changesRemote(text: string): boolean {
  return /^[^:,/\\]+,/.test(text);
}

function unfitOption({ name, options }: ConnectionString): string | undefined {
  // A value may be a remote in its turn, with options of its own, and a URL with parameters.
  const names = options.flatMap((option) => [option.name, ...namesWithin(option.value)]);
  const outer = names.find((each) => /^(?:global|override)\./i.test(each));
  if (outer !== undefined) return `, and ${outer} would change how all of rclone works; leave it out`;
  const unsafe = names.find((each) => !knownHosts.test(each) && unsafeOption(each) !== undefined);
  if (unsafe !== undefined) return `, and ${unsafe} ${unsafeOption(unsafe)}; ${asConfigured}`;
  const secret = names.find(isSecretOption) ?? (options.some(({ value }) => hasPassword(value)) ? "a URL" : undefined);
  if (secret !== undefined)
    return `, with a secret in it (${secret}), and anybody on this machine can read it; ${instead(name, secret)}`;
  return undefined;
}

function namesWithin(value: string): readonly string[] {
  return Array.from(value.matchAll(/(?:^|[,?&;\s'"])([\w.]+)(?==|[,:'"])/g), ([, name = ""]) => name).filter(
    (name) => isSecretOption(name) || unsafeOption(name) !== undefined || /^(?:global|override)\./i.test(name),
  );
}

function hasPassword(value: string): boolean {
  return /:\/\/[^/?#\s@:]*:[^/?#\s]*@/.test(value) || /[?&](?:sig|signature|code|X-Amz-[A-Za-z-]+)=/i.test(value);
}

/** They are what a host is checked with. */
const knownHosts = /^(?:known_hosts_file|host_keys|host_key_algorithms)$/i;

const asConfigured = "leave it out, or put it into rclone's configuration, and write the remote as name:path";

function instead(name: string, key: string): string {
  const known = /^\w+$/.test(name) ? name.toUpperCase() : "NAME";
  const variable = `RCLONE_CONFIG_${known}_${/^\w+$/.test(key) ? key.toUpperCase() : "URL"}`;
  return `put it into rclone-config, or on the command line into rclone's own configuration or the variable ${variable}, and write the remote as name:path`;
}
