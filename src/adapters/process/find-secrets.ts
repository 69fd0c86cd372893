import { reveal, secretsOfConfig } from "../../model/rclone-config-text.ts";
import { isSecretOption } from "../../model/rclone-options.ts";

/** The variables that a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The credentials that a run inherits, whole, in the order of the variables, each once: by the names of variables that usually
 * hold one, also inside of JSON; those of rclone's configuration; the passwords in URLs; and what git is told to send to a server. What looks like a
 * credential by its name alone may be none; `secretForms` leaves plain words, numbers and paths.
 */
export function findSecrets(env: Environment): readonly string[] {
  const found = Object.entries(env).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [...byName(name, value), ...ofRclone(name, value), ...inUrl(name, value), ...inHeader(value)],
  );
  return [...new Set(found)].filter((secret) => secret.trim() !== "");
}

// Names in capitals or not: npm has `_authToken`, inputs of an action come as INPUT_SSH-KEY. A name that ends in FILE or PATH
// is where a secret lies, and ACCESS_KEY_ID is public.
const secretNames: readonly RegExp[] = [
  /(?:token|secret|password|passphrase|passwd)$/iu,
  // PWD alone is the current folder.
  /(?:^|[_-])(?:pass|pat)\d?$|[_-]pwd\d?$/iu,
  /(?:^|[_-])(?:access|account|api|app|deploy|encryption|license|master|private|secret|shared|signing|ssh|storage)[_-]?key$/iu,
  /^(?:SAS|AZURE_STORAGE_CONNECTION_STRING|AZURE_STORAGE_SAS|GOOGLE_CREDENTIALS|DOCKER_AUTH_CONFIG)$/iu,
  // An option of swift's that may hold a credential in its URL.
  /^RCLONE_.+_auth$/iu,
];

function byName(name: string, value: string): readonly string[] {
  if (!secretNames.some((each) => each.test(name))) return [];
  return [value, ...inJson(value), ...inPem(value)];
}

/** A key in PEM that came in base64, or in one line with `\n` in it. */
function inPem(value: string): readonly string[] {
  const text = value.trim();
  if (text.startsWith("LS0tLS1")) return [Buffer.from(text, "base64").toString()];
  return text.startsWith("-----BEGIN") && text.includes("\\n") ? [text.replaceAll("\\n", "\n")] : [];
}

/** A configuration as the action's input, or options of remotes and backends; obscured passwords as they are, too. */
function ofRclone(name: string, value: string): readonly string[] {
  if (/^INPUT_RCLONE-CONFIG$/iu.test(name)) return value.trim() === "" ? [] : secretsOfConfig(value);
  const [, option] = /^RCLONE_(?:CONFIG_)?(\w+)$/iu.exec(name) ?? [];
  if (option === undefined || !isSecretOption(option)) return [];
  const revealed = reveal(value);
  return [value, ...inJson(value), ...(revealed === undefined ? [] : [revealed])];
}

/** What a service account's key or an OAuth token has beside names and addresses. */
function inJson(value: string): readonly string[] {
  if (!value.trimStart().startsWith("{")) return [];
  try {
    const entries = Object.entries(JSON.parse(value) as Readonly<Record<string, unknown>>);
    return entries.flatMap(([key, each]) => (typeof each === "string" ? byName(key, each) : []));
  } catch {
    return [];
  }
}

const urlNames = /(?:ur[il]|dsn|proxy)$/iu;
const secretParameters = /^(?:sig|signature|key|code|auth|.*(?:token|secret|password))$/iu;

// A user without a password is a token if it is as long as one: https://TOKEN@github.com/…
const shortestToken = 20;

function inUrl(name: string, value: string): readonly string[] {
  if (!urlNames.test(name)) return [];
  const [, user = "", password] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#\s:@]*)(?::([^/?#\s]*))?@/iu.exec(value) ?? [];
  const credential = password ?? (user.length >= shortestToken ? user : undefined);
  const parameters = [...new URLSearchParams(value.split("?", 2)[1] ?? "")].flatMap(([key, each]) =>
    secretParameters.test(key) ? [each] : [],
  );
  return [...(credential === undefined ? [] : [credential, decoded(credential)]), ...parameters];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// As actions/checkout gives it to git: `GIT_CONFIG_VALUE_0=AUTHORIZATION: basic …`.
function inHeader(value: string): readonly string[] {
  const credential = /authorization:\s*(?:basic|bearer|token)\s+([^\s'"]+)/iu.exec(value)?.[1];
  return credential === undefined ? [] : [credential, ...passwordIn(credential)];
}

/** `user:password` in base64 has the password. */
function passwordIn(basic: string): readonly string[] {
  const text = Buffer.from(basic, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? [] : [text.slice(colon + 1)];
}
