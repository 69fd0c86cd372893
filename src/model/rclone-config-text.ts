import { createDecipheriv } from "node:crypto";
import { isSecretOption } from "./rclone-options.ts";

/** What a configuration of rclone's says, as far as it can be read without its password. */
export interface RcloneConfigText {
  /** As rclone reads it. */
  readonly text: string;
  readonly encrypted: boolean;
  /** In the order of the file; none when it's encrypted. */
  readonly sections: readonly RcloneSection[];
}

export interface RcloneSection {
  readonly name: string;
  readonly options: readonly { readonly name: string; readonly value: string }[];
}

/** A configuration as a secret holds it: plain, or in base64 as a whole. Undefined when it's neither. */
export function readRcloneConfig(given: string): RcloneConfigText | undefined {
  return asConfig(given) ?? asConfig(fromBase64(given));
}

/**
 * Whatever in a configuration must never be shown: values of secret options as they stand and revealed, the parts of tokens, and
 * the whole, which has the lines that they are on. Also of a text that is no configuration, which may be one that was spoilt.
 */
export function secretsOfConfig(given: string): readonly string[] {
  const config = readRcloneConfig(given);
  if (config === undefined) return [given, ...given.split(/\r?\n/u)].filter((each) => each.trim() !== "");
  const { text, encrypted, sections } = config;
  const payload = encrypted ? text.split(/\r?\n/u).filter((line) => !/^\s*(?:#|$)|^RCLONE_ENCRYPT_/u.test(line)) : [];
  const values = sections.flatMap(({ options }) => options.flatMap(secretsOfOption));
  return [...new Set([given, text, ...payload, ...values])].filter((each) => each.trim() !== "");
}

/** The secrets in one option of a remote: none if it's not a secret one and no URL with a password. */
export function secretsOfOption({ name, value }: { readonly name: string; readonly value: string }): readonly string[] {
  const inUrl = /:\/\/[^/?#\s@:]*:([^/?#\s]*)@/u.exec(value)?.[1];
  if (!isSecretOption(name)) return inUrl === undefined ? [] : [value, inUrl];
  const revealed = reveal(value);
  return [value, ...inJson(value), ...(revealed === undefined ? [] : [revealed])];
}

// As fs/config/obscure of rclone has it: it hides a password from a glance, no more.
const obscureKey = Buffer.from("9c935b48730a554d6bfd7c63c886a92bd390198eb8128afbf4de162b8b95f638", "hex");

/** The text behind what `rclone obscure` made; undefined when it made no such thing. */
export function reveal(obscured: string): string | undefined {
  if (!/^[\w-]{22,}$/u.test(obscured)) return undefined;
  const bytes = Buffer.from(obscured, "base64url");
  if (bytes.length < 17) return undefined;
  const cipher = createDecipheriv("aes-256-ctr", obscureKey, bytes.subarray(0, 16));
  const plain = Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]);
  const text = plain.toString("utf8");
  return Buffer.from(text, "utf8").equals(plain) && !/(?![\t\r\n])\p{Cc}/u.test(text) ? text : undefined;
}

function asConfig(text: string | undefined): RcloneConfigText | undefined {
  const clean = text?.replace(/^\ufeff/u, "");
  if (clean === undefined) return undefined;
  if (/^\s*(?:#[^\n]*\n\s*)*RCLONE_ENCRYPT_V\d+:/u.test(clean)) return { text: clean, encrypted: true, sections: [] };
  const sections = sectionsOf(clean);
  return sections === undefined ? undefined : { text: clean, encrypted: false, sections };
}

/** Undefined for what isn't sections with `name = value`; an empty file is a configuration without any. */
function sectionsOf(text: string): readonly RcloneSection[] | undefined {
  const sections: { name: string; options: { name: string; value: string }[] }[] = [];
  for (const line of text.split(/\r?\n/u)) {
    const [, section] = /^\s*\[(.+)\]\s*$/u.exec(line) ?? [];
    const [, name, value = ""] = /^\s*([^=:#;[\]\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/u.exec(line) ?? [];
    if (section !== undefined) sections.push({ name: section.trim(), options: [] });
    else if (name !== undefined && sections.length > 0) sections.at(-1)?.options.push({ name, value: unquoted(value) });
    else if (!/^\s*(?:[#;]|$)/u.test(line)) return undefined;
  }
  return sections.length > 0 ? sections : undefined;
}

function unquoted(value: string): string {
  return /^(["'`]).*\1$/u.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}

function fromBase64(given: string): string | undefined {
  const packed = given.replaceAll(/\s/gu, "");
  if (packed === "" || !/^[\w+/-]+={0,2}$/u.test(packed)) return undefined;
  const bytes = Buffer.from(packed, "base64");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : undefined;
}

function inJson(value: string): readonly string[] {
  if (!value.startsWith("{")) return [];
  try {
    const parts = Object.entries(JSON.parse(value) as Readonly<Record<string, unknown>>);
    return parts.flatMap(([name, each]) =>
      typeof each === "string" &&
      !/^(?:token_type|expiry|type|.*_ur[il]|client_email|project_id|universe_domain)$/u.test(name)
        ? [each]
        : [],
    );
  } catch {
    return [];
  }
}
