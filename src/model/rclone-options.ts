/**
 * Whether an option of rclone's backends holds a credential, by its name as a config file, a connection string or the end of a
 * variable has it. Made
 * from what `rclone config providers` marks as IsPassword or Sensitive, without names, addresses and ids.
 */
export function isSecretOption(name: string): boolean {
  const key = name.toLowerCase();
  return !publicOptions.test(key) && secretOptions.some((each) => each.test(key));
}

/** Whether an option of rclone's backends names a program that is started, here or on the far end. */
export function runsProgram(name: string): boolean {
  const key = name.toLowerCase();
  return key === "ssh" || key === "metadata_mapper" || key.endsWith("_command");
}

const secretOptions: readonly RegExp[] = [
  /(?:^|_)(?:keys?|pass|password2?|passphrase|secret|token)$/,
  /(?:^|_)(?:2fa|access_grant|authorization|connection_string|cookies?|headers|mnemonic|sas_url|session_id)$/,
  /(?:_credentials|key_pem|customer_key_base64)$/,
];

const publicOptions = /(?:^|_)(?:host_keys|public_key|ask_password|client_credentials)$/;
