import { isSecretOption, runsProgram } from "./rclone-options.ts";

/** What is to be handed to rclone, and why the rest isn't. */
export interface RcloneArguments {
  /** Each `--name` or `--name=value`: none can be taken for a command or a path. */
  readonly flags: readonly string[];
  /** One for each argument that is refused, as what follows a colon: `--size-only would …`. */
  readonly problems: readonly string[];
}

/**
 * A person's arguments for rclone. Only flags of backends and those that tune speed and network are let through: another might
 * switch off a check, leave files out, print secrets, run a program, or name a remote to work on.
 */
export function readRcloneArguments(args: readonly string[]): RcloneArguments {
  const flags: string[] = [];
  const problems: string[] = [];
  for (const arg of joined(args)) {
    const problem = refusal(arg);
    if (problem === undefined) flags.push(arg);
    else problems.push(problem);
  }
  return { flags, problems };
}

/** Why an option of a backend isn't let through, by its name without the backend's: `no_check_certificate`; undefined if it is. */
export function unsafeOption(name: string): string | undefined {
  const key = name.toLowerCase().replaceAll("-", "_");
  if (runsProgram(key) || key === "subsystem" || key === "metadata_mapper") return "would run a program";
  if (checkOptions.test(key)) return "would switch off a check that copies rest on";
  if (hostOptions.test(key)) return "would change which hosts are trusted";
  if (key === "sdk_log_mode" || key === "debug") return "may print secrets";
  if (/^(?:versions|version_at|version_deleted|trashed_only|show_deleted)$/.test(key))
    return "would show what isn't there now";
  return undefined;
}

/** Whether rclone's own option, `--name` for all remotes, only tunes speed and network. */
export function isTuning(name: string): boolean {
  return tuning.test(name.toLowerCase().replaceAll("_", "-"));
}

const checkOptions =
  /^(?:no_head|no_head_object|disable_checksum|pass_bad_blocks|no_check_updated|skip_hash_validation|skip_checksum_gphotos|no_data_encryption|check_hash|use_unsigned_payload|use_data_integrity_protections|hash_type|hashes)$/;
const hostOptions =
  /^(?:no_check_certificate|use_insecure_cipher|allow_insecure_tls_ciphers|plex_insecure|known_hosts_file|host_keys|pin_host_key|host_key_algorithms|disable_tls13|auth_redirect)$/;

const tuning =
  /^(?:buffer-size|bwlimit|bwlimit-file|bind|ca-cert|checkers|client-cert|client-key|contimeout|disable|disable-http-keep-alives|disable-http2|dscp|expect-continue-timeout|fast-list|header-upload|low-level-retries|max-backlog|max-buffer-memory|max-connections|metadata-set|multi-thread-(?:chunk-size|cutoff|streams|write-buffer-size)|no-gzip-encoding|order-by|server-side-across-configs|streaming-upload-cutoff|temp-dir|timeout|tpslimit|tpslimit-burst|transfers|use-cookies|use-mmap|use-server-modtime|user-agent)$/;

/** What coldstore says itself with each call. */
const ours =
  /^(?:ask-password|checksum|config|files-from(?:-raw|0)?|immutable|log-.*|no-traverse|progress.*|quiet|retries|retries-sleep|stats.*|syslog.*|use-json-log|verbose)$/;
const leaks = /^(?:dump.*|cpuprofile|memprofile|rc|rc-.*|metrics-.*)$/;
const programs = /^(?:password-command|metadata-mapper)$/;

/** The prefixes of backends' flags and variables. */
const backends =
  /^(?:alias|archive|azureblob|azurefiles|b2|box|cache|chunker|cloudinary|combine|compress|crypt|doi|drime|drive|dropbox|fichier|filefabric|filelu|filen|filescom|ftp|gcs|gofile|gphotos|hasher|hdfs|hidrive|http|huaweidrive|iclouddrive|imagekit|internetarchive|internxt|jottacloud|koofr|linkbox|mailru|mega|memory|netstorage|onedrive|oos|opendrive|pcloud|pikpak|pixeldrain|premiumizeme|protondrive|putio|qingstor|quatrix|s3|seafile|sftp|shade|sharefile|sia|smb|storj|sugarsync|swift|tardigrade|ulozto|union|webdav|yandex|zoho)[-_](.+)$/;

/** The option of a backend that a flag or a variable names, without the backend's own name; undefined when it's of none. */
export function backendOption(name: string): string | undefined {
  const flag = name.toLowerCase().replaceAll("_", "-");
  // Options for all of rclone, though backends have these names.
  if (/^(?:http-proxy|cache-dir)$/.test(flag)) return undefined;
  return backends.exec(flag)?.[1]?.replaceAll("-", "_");
}

/** A flag and a value that stands behind it become one: rclone says so itself when the flag takes none. */
function joined(args: readonly string[]): readonly string[] {
  const all: string[] = [];
  let open = false;
  for (const arg of args) {
    const last = all.at(-1);
    if (open && last !== undefined && !arg.startsWith("-")) {
      all[all.length - 1] = `${last}=${arg}`;
      open = false;
    } else {
      all.push(arg);
      open = /^--[^=]+$/.test(arg);
    }
  }
  return all;
}

function refusal(arg: string): string | undefined {
  const [, name, value = ""] = /^--([A-Za-z0-9][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
  if (name === undefined) return notFlag(arg);
  const why = refusedName(name.toLowerCase().replaceAll("_", "-")) ?? refusedValue(name, value);
  return why === undefined ? undefined : `--${name} ${why}`;
}

function notFlag(arg: string): string {
  if (/^-[A-Za-z0-9]/.test(arg)) return `${arg.slice(0, 2)} is a short flag; write its long form`;
  return arg.startsWith("-")
    ? "a bare -- or an unnamed flag isn't allowed"
    : "a word that belongs to no flag isn't allowed; write --name=value";
}

function refusedName(name: string): string | undefined {
  if (programs.test(name)) return "would run a program";
  if (leaks.test(name)) return "may print secrets or open a port";
  if (ours.test(name)) return "is said by coldstore itself";
  if (name === "no-check-certificate")
    return "would change which hosts are trusted; use --ca-cert for a certificate of your own";
  if (tuning.test(name)) return undefined;
  const option = backendOption(name);
  if (option === undefined) return "isn't among the flags for speed, network and backends that are let through";
  if (name.startsWith("local-")) return "concerns this machine's files";
  if (isSecretOption(option))
    return "holds a secret, and anybody on this machine can read arguments; put it into rclone-config or into a variable of rclone's";
  return unsafeOption(option);
}

function refusedValue(name: string, value: string): string | undefined {
  if (/\p{Cc}/u.test(value)) return "has a control character in its value";
  if (/(?:^|[\s,:'"])(?:global|override)\./i.test(value))
    return "would change how all of rclone works, by its global. or override.";
  if (name === "header-upload" && /^\s*[^:]*(?:auth|cookie|key|secret|token|password)/i.test(value))
    return "holds a secret, and anybody on this machine can read arguments";
  if (/:\/\/[^/?#\s@:]*:[^/?#\s]*@/.test(value))
    return "has a URL with a password in it, and anybody on this machine can read arguments";
  const inner = Array.from(value.matchAll(/[,:]([\w.]+)=/g), ([, each = ""]) => each);
  const unfit = inner.find((each) => isSecretOption(each) || unsafeOption(each) !== undefined);
  return unfit === undefined ? undefined : `names ${unfit} in a remote, which has to be in rclone's configuration`;
}
