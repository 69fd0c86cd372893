import { createHmac } from "node:crypto";

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker?: "@cert-authority" | "@revoked";
  /** Patterns of hosts, or one hashed name, as the line has them. */
  readonly hosts: string;
  /** `ssh-ed25519` */
  readonly type: string;
  /** Base64. */
  readonly key: string;
}

export interface HostPlace {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The line's parts; undefined for comments and empty lines, `unreadable` for what is none. */
export function readKnownHost(line: string): KnownHost | undefined | "unreadable" {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  const words = text.split(/[ \t]+/);
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  const [hosts = "", type = "", key = ""] = words;
  if (marker !== undefined && marker !== "@cert-authority" && marker !== "@revoked") return "unreadable";
  if (typeInside(key) !== type) return "unreadable";
  return { ...(marker && { marker }), hosts, type, key };
}

/**
 * The lines that speak of a host. As for ssh, those that name another port than 22 come first, and those without a port
 * are taken where there are none.
 */
export function linesOf({ host, port }: HostPlace, lines: readonly KnownHost[]): readonly KnownHost[] {
  const plain = host.toLowerCase();
  const withPort = `[${plain}]:${port}`;
  const ofPort = lines.filter((line) => speaksOf(line.hosts, withPort) || (port === 22 && speaksOf(line.hosts, plain)));
  const trusted = ofPort.some((line) => line.marker !== "@revoked");
  return trusted
    ? ofPort
    : [...ofPort, ...lines.filter((line) => speaksOf(line.hosts, plain) && !ofPort.includes(line))];
}

/** The line for that one host, readable for every ssh. */
export function writeKnownHost({ host, port }: HostPlace, { marker, type, key }: KnownHost): string {
  return `${marker === undefined ? "" : `${marker} `}[${host.toLowerCase()}]:${port} ${type} ${key}\n`;
}

function speaksOf(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && fits(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && fits(pattern, name));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name. */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt = "", hash = ""] = hashed.split("|");
  if (version !== "1") return false;
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split("").map((char) => {
    if (char === "*") return ".*";
    return char === "?" ? "." : char.replace(/\W/, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s").test(name);
}

/** The kind that a public key's own bytes begin with: its length in four bytes, then its name. */
function typeInside(key: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return undefined;
  const bytes = Buffer.from(key, "base64");
  if (bytes.length < 5) return undefined;
  const end = 4 + bytes.readUInt32BE(0);
  return end < bytes.length ? bytes.toString("latin1", 4, end) : undefined;
}
