import { createPrivateKey } from "node:crypto";
import { ColdstoreError } from "../../model/errors.ts";

/**
 * A private key's text as programs read it from a file, repaired where a secret's way here has changed its line ends. Throws
 * `settings` for what is no private key that can be used as it is; the sentence has nothing of the key.
 */
export function privateKey(text: string): string {
  // On its way through a variable a key often comes to have \n in two characters.
  const unescaped = /[\r\n]/.test(text.trim()) ? text : text.replaceAll("\\r", "").replaceAll("\\n", "\n");
  const key = `${unescaped.replace(/\r\n?/g, "\n").trim()}\n`;
  const problem = problemOf(key);
  if (problem !== undefined) throw new ColdstoreError("settings", `ssh-key ${problem}.`);
  return key;
}

const howToMake =
  'make a key for this alone with `ssh-keygen -t ed25519 -N "" -f coldstore-key` and set ssh-key to the text of coldstore-key';

function problemOf(key: string): string | undefined {
  if (/^(?:ssh-|ecdsa-|sk-)\S+ AAAA|BEGIN (?:SSH2 |RSA )?PUBLIC KEY/.test(key))
    return "is a public key, which belongs into the host's ~/.ssh/authorized_keys; set it to the private one, the file without .pub";
  if (key.startsWith("PuTTY-User-Key-File"))
    return "is in PuTTY's form; convert it with `puttygen key.ppk -O private-openssh -o key` and set it to the text of the new file";
  const label = /^-----BEGIN ([A-Z ]*PRIVATE KEY)-----\n[\s\S]+\n-----END \1-----\n$/.exec(key)?.[1];
  if (label === undefined)
    return /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)
      ? "isn't whole: set it to the file's text as it is, from its line with BEGIN to its line with END, line by line"
      : `isn't a private key: it's the key's own text, not the path of its file; ${howToMake}`;
  if (isLocked(key, label))
    return `has a passphrase, which nobody can type here; load it into an agent (\`ssh-add\`) and leave ssh-key out, or ${howToMake}`;
  return isReadable(key, label) ? undefined : `can't be read: it's damaged, or of an unknown kind; ${howToMake}`;
}

function isLocked(key: string, label: string): boolean {
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED$/m.test(key)) return true;
  return label === "OPENSSH PRIVATE KEY" && ![undefined, "none"].includes(cipherOf(key));
}

function isReadable(key: string, label: string): boolean {
  if (label === "OPENSSH PRIVATE KEY") return cipherOf(key) === "none";
  try {
    return createPrivateKey(key).type === "private";
  } catch {
    return false;
  }
}

/** OpenSSH's own form (PROTOCOL.key): a magic word, then the cipher's name behind its length. */
function cipherOf(key: string): string | undefined {
  const bytes = Buffer.from(key.replace(/-----[A-Z ]+-----/g, ""), "base64");
  const magic = "openssh-key-v1\0";
  if (!bytes.toString("latin1").startsWith(magic) || bytes.length < magic.length + 4) return undefined;
  const start = magic.length + 4;
  return bytes.toString("latin1", start, start + bytes.readUInt32BE(magic.length));
}
