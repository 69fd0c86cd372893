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

function isKept(name: string): boolean {
  if (/^RCLONE_/iu.test(name))
    return name === "RCLONE_CONFIG_PASS" || /^RCLONE_CONFIG_(?!DIR$)[A-Z0-9_]+_/iu.test(name);
  return systemNames.test(name) || networkNames.test(name) || cloudNames.test(name);
}
