import { fine, type Parsed, wrong } from "./parsed.ts";
import { hasControls } from "./wording.ts";

/** A version of rclone's, with or without a v before it. */
export function parseVersion(text: string): Parsed<string> {
  return /^v?\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(text)
    ? fine(text.replace("v", ""))
    : wrong("; give a version such as 1.75.1, all three numbers of it");
}

/** A SHA-256 as sha256sum prints it, or as GitHub does. */
export function parseDigest(text: string): Parsed<string> {
  const hex = text.replace(/^sha256:/i, "").toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? fine(hex) : wrong("; give the 64 hex digits of a SHA-256");
}

/** A web address without what may be secret in one, and without a slash at its end. */
export function parseMirror(text: string): Parsed<string> {
  if (hasControls(text) || !URL.canParse(text)) return wrong(badMirror);
  const { protocol, username, password, search, hash, href } = new URL(text);
  if (username !== "" || password !== "") return wrong("; give an address that needs no login");
  const isPlain = /^https?:$/.test(protocol) && search === "" && hash === "" && !/[?#]/.test(text);
  return isPlain ? fine(href.replace(/\/+$/, "")) : wrong(badMirror);
}

const badMirror = "; give a web address such as https://mirror.example.org/rclone";

/** A storage class by the remote's own name for it. */
export function parseClass(text: string): Parsed<string> {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text)
    ? fine(text)
    : wrong("; give the class by the remote's own name for it, such as DEEP_ARCHIVE");
}

/** A line as sshd(8) has it under SSH_KNOWN_HOSTS FILE FORMAT; comments are fine, and mean nothing. */
export function parseKnownHost(text: string): Parsed<string> {
  const line = text.trim();
  if (hasControls(line, "\t") || !line.isWellFormed())
    return wrong("; a line of known_hosts has no control characters");
  if (line.startsWith("#")) return fine(line);
  if (/^SHA256:|^MD5:/.test(line)) return wrong(`, a fingerprint; give the whole key, ${keyscan}`);
  const [first = "", ...rest] = line.split(/[ \t]+/);
  const [hosts, type = "", key = ""] = first.startsWith("@") ? rest : [first, ...rest];
  const isKnown = /^@(?:cert-authority|revoked)$/.test(first) || !first.startsWith("@");
  return isKnown && hosts !== undefined && /^[a-z][a-z0-9@.-]+$/.test(type) && /^AAAA[A-Za-z0-9+/]+=*$/.test(key)
    ? fine(line)
    : wrong(`; give host, type and key, ${keyscan}`);
}

const keyscan = "in one line as ssh-keyscan HOST prints it";
