import { backendOption, unsafeOption } from "../../model/rclone-arguments.ts";
import { secretsOfOption } from "../../model/rclone-config-text.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What rclone sees of a run's environment: what programs need at all, proxies and certificates, credentials of clouds as rclone's
 * documentation names them, remotes and options of backends as variables; and no other variable of rclone's, for one may print
 * secrets (RCLONE_DUMP) or switch a check off (RCLONE_IGNORE_CHECKSUM).
 */
export function rcloneEnvironment(env: Environment): Readonly<Record<string, string>> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isKept(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}

// Windows knows no case in names; proxies come in both.
const systemNames =
  /^(?:PATH|HOME|USER|LOGNAME|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|TMP|TEMP|TMPDIR|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|LANG|LANGUAGE|LC_[A-Z]+|TZ|ZONEINFO|XDG_[A-Z_]+)$/iu;
const networkNames = /^(?:(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR)|SSH_AUTH_SOCK|KRB5CCNAME|KRB5_CONFIG)$/iu;

// https://rclone.org/s3/#authentication, /azureblob/#authentication, /googlecloudstorage/, /swift/, /oracleobjectstorage/, and what
// the SDKs behind them read. ACTIONS_ID_TOKEN_REQUEST_* isn't among them: with it one could ask for any token.
const cloudNames =
  /^(?:AWS|AZURE|ARM|GOOGLE|GCP|CLOUDSDK|OS|ST|OCI|MSI|IDENTITY|IMDS|ALIBABA_CLOUD|STORJ|B2)_[A-Z0-9_]+$|^(?:GCE_METADATA_HOST|NO_GCE_CHECK|ECS_CONTAINER_METADATA_URI(?:_V4)?)$/u;

/** What of the variables of remotes and backends must never be shown, obscured or not. */
export function secretsOfVariables(env: Environment): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value === undefined || !/^RCLONE_/i.test(name)
      ? []
      : namesIn(name).flatMap((name) => secretsOfOption({ name, value })),
  );
}

/** `a_b_c`, `b_c` and `c` of a variable: where a remote's name ends and an option's begins can't be told. */
function namesIn(variable: string): readonly string[] {
  const words = variable.toLowerCase().split("_").slice(1);
  return words.map((_, at) => words.slice(at).join("_"));
}

function isKept(name: string): boolean {
  if (/^RCLONE_/iu.test(name)) return isOfRemote(name);
  return systemNames.test(name) || networkNames.test(name) || cloudNames.test(name);
}

function isOfRemote(name: string): boolean {
  if (/^RCLONE_CONFIG_(?:PASS|(?!DIR$)[A-Z0-9_-]+_[A-Z0-9_]+)$/iu.test(name)) return true;
  const option = backendOption(name.slice("RCLONE_".length));
  return option !== undefined && unsafeOption(option) === undefined;
}
