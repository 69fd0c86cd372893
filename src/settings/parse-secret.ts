import { readRcloneConfig } from "../model/rclone-config-text.ts";
import type { SettingKind } from "../model/setting-spec.ts";
import { fine, type Parsed, wrong } from "./parsed.ts";
import { hasControls } from "./wording.ts";

type Form = Extract<SettingKind, { type: "secret" }>["form"];

/** A secret as what takes it can read it; what is wrong with it is told without it. */
export function parseSecret(text: string, form: Form): Parsed<string> {
  if (text.trim() === "") return wrong(" is empty; give one, or leave it out");
  switch (form) {
    case "word":
      return parseWord(text);
    case "rclone-config":
      return parseRcloneConfig(text);
    case "ssh-key":
      return parseSshKey(text);
  }
}

/** As a header can carry it. */
function parseWord(text: string): Parsed<string> {
  return /^[!-~]+$/.test(text)
    ? fine(text)
    : wrong(" has spaces or characters that no token has; give the token alone");
}

/** A configuration as it lies on a disk, or that in base64. */
function parseRcloneConfig(given: string): Parsed<string> {
  const config = readRcloneConfig(lines(given));
  if (config === undefined)
    return wrong(" isn't a configuration of rclone's; give the text of an rclone.conf, or that in base64");
  const text = lines(config.text);
  return hasControls(text, "\n\t")
    ? wrong(" has control characters, which no rclone.conf has; give the text of one")
    : fine(text);
}

/** A private key in PEM, or that in base64; line ends that became `\n` in words are taken for what they were. */
function parseSshKey(given: string): Parsed<string> {
  const text = lines(given);
  if (/^(?:ssh|ecdsa|sk)-\S+ AAAA/.test(text)) return wrong(" is a public key; give the private one");
  const whole = text.startsWith("-----") ? text : lines(fromBase64(text) ?? "");
  const pem = whole.includes("\n", whole.indexOf("\n") + 1) ? whole : lines(whole.replaceAll("\\n", "\n"));
  const [, kind, body = ""] =
    /^-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----\n([^]*)\n-----END \1PRIVATE KEY-----\n$/.exec(pem) ?? [];
  if (kind === undefined)
    return wrong(" isn't a private key; give all of its lines, from -----BEGIN to -----END, each in a line of its own");
  return isEncrypted(kind, body) ? wrong(" has a passphrase; give a key without one, made for this alone") : fine(pem);
}

/** By PKCS #8, the headers of RFC 1421, or OpenSSH's PROTOCOL.key: behind its magic stands the cipher's name. */
function isEncrypted(kind: string, body: string): boolean {
  if (kind.startsWith("ENCRYPTED") || /^Proc-Type:.*ENCRYPTED/m.test(body)) return true;
  if (!kind.startsWith("OPENSSH")) return false;
  const magic = "openssh-key-v1\0";
  const bytes = Buffer.from(body, "base64");
  const isPlain = bytes.toString("latin1", magic.length, magic.length + 8) === "\0\0\0\u0004none";
  return bytes.toString("latin1", 0, magic.length) === magic && !isPlain;
}

/** With line ends of one kind, none before, one behind. */
function lines(text: string): string {
  return `${text.replaceAll(/\r\n?/g, "\n").trim()}\n`;
}

function fromBase64(text: string): string | undefined {
  const packed = text.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  const decoded = Buffer.from(packed, "base64").toString();
  return decoded.includes("\uFFFD") ? undefined : decoded;
}
