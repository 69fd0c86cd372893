import type { SettingKind, SettingSpec } from "../model/setting-spec.ts";
import { fine, type Parsed, type Place, wrong } from "./parsed.ts";
import type { RawText } from "./raw.ts";
import { parseEntryPath } from "./parse-entry-path.ts";
import { parsePath, parseStore } from "./parse-store.ts";
import { parseMtime } from "./parse-mtime.ts";
import { parsePattern } from "./parse-pattern.ts";
import { parseSelector } from "./parse-selector.ts";
import { parseSize } from "./parse-size.ts";
import { parseNameTemplate, parsePrefixTemplate } from "./parse-template.ts";
import { hasControls, oneOf, quote } from "./wording.ts";

/** A setting's texts as its value, every problem being pushed as a sentence; undefined if there was one. */
export function parseSetting(spec: SettingSpec, raws: readonly RawText[], place: Place, problems: string[]): unknown {
  const before = problems.length;
  const values = raws.flatMap((raw) => parseOne(spec, raw, place, problems));
  if (problems.length > before) return undefined;
  const different = withoutDoubles(spec.kind, values);
  if (spec.list) return different;
  if (different.length > 1) {
    const texts = raws.map((raw) => quote(raw.text));
    const which = spec.kind.type === "secret" ? "" : `: ${oneOf(texts, "and")}`;
    problems.push(`${spec.name} is given twice${which}; give it once.`);
  }
  return different[0];
}

function parseOne(spec: SettingSpec, raw: RawText, place: Place, problems: string[]): readonly unknown[] {
  const parsed = parseText(spec.kind, raw.text, place);
  if (parsed.ok) return [parsed.value];
  const shown = spec.kind.type === "secret" ? "" : ` is ${raw.text === "" ? "empty" : quote(raw.text)}`;
  problems.push(`${raw.label}${shown}${parsed.wrong}.`);
  return [];
}

/** Each value once: where it stands first, but of patterns, of which the last match wins, where it stands last. */
function withoutDoubles({ type }: SettingKind, values: readonly unknown[]): readonly unknown[] {
  const known = values.map(identity);
  const place = (value: string) => (type === "pattern" ? known.lastIndexOf(value) : known.indexOf(value));
  return values.filter((_, i) => place(known[i] ?? "") === i);
}

/** Two texts of one folder are one store; GitHub takes capitals in a repository's name for small letters. */
function identity(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("path" in value) return String(value.path);
  return "repository" in value
    ? JSON.stringify({ ...value, text: "", repository: String(value.repository).toLowerCase() })
    : JSON.stringify(value);
}

function parseText(kind: SettingKind, text: string, place: Place): Parsed<unknown> {
  switch (kind.type) {
    case "text":
      return parseFreeText(text);
    case "glob":
      return text === "" || hasControls(text) ? wrong("; give a glob such as dist/*.whl") : fine(text);
    case "ref":
      return parseRef(text);
    case "project":
      return parseProject(text);
    case "boolean":
      return parseBoolean(text);
    case "auto":
      return text === "auto" ? fine(text) : parseBoolean(text, "auto, true or false");
    case "choice":
      return kind.values.includes(text) ? fine(text) : wrong(`; give ${oneOf(kind.values)}`);
    case "number":
      return parseNumber(text, kind.min, kind.max);
    case "duration":
      return parseDuration(text);
    case "size":
      return parseSize(text);
    case "mtime":
      return parseMtime(text);
    case "pattern":
      return parsePattern(text);
    case "path":
      return parsePath(text, place);
    case "notes":
      return parseNotes(text, place);
    case "secret":
      return parseSecret(text);
    case "entry-path":
      return parseEntryPath(text);
    case "store":
      return parseStore(text, place);
    case "set":
      return parseSelector(text);
    case "name":
      return parseNameTemplate(text);
    case "prefix":
      return parsePrefixTemplate(text);
  }
}

function parseFreeText(text: string): Parsed<string> {
  if (text.trim() === "") return wrong("; give some text, or leave it out");
  if (hasControls(text, "\n\r\t")) return wrong("; it has control characters, give plain text");
  return text.length > 10_000 ? wrong("; give 10000 characters at most") : fine(text);
}

function parseRef(text: string): Parsed<string> {
  if (text === "" || hasControls(text)) return wrong("; give a tag, a branch or a commit");
  // git would read it as an option.
  return text.startsWith("-") ? wrong("; a tag, branch or commit doesn't start with -") : fine(text);
}

function parseProject(text: string): Parsed<string> {
  const dots = text.split("/").some((part) => part === "." || part === "..");
  return /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/.test(text) && !dots
    ? fine(text)
    : wrong("; give owner/repo, of letters, digits, dots, dashes and underscores");
}

function parseBoolean(text: string, allowed = "true or false"): Parsed<boolean> {
  if (/^(true|True|TRUE)$/.test(text)) return fine(true);
  return /^(false|False|FALSE)$/.test(text) ? fine(false) : wrong(`; give ${allowed}`);
}

/** What a release says of itself; a file called none or generate is `./none`. */
function parseNotes(text: string, place: Place): Parsed<"none" | "generate" | { readonly file: string }> {
  if (text === "none" || text === "generate") return fine(text);
  const path = parsePath(text, place);
  return path.ok ? fine({ file: path.value }) : wrong("; give none, generate or the path of a file that has the notes");
}

/** As a header can carry it; what is wrong with it is told without it. */
function parseSecret(text: string): Parsed<string> {
  if (text === "") return wrong(" is empty; give one, or leave it out");
  return /^[!-~]+$/.test(text)
    ? fine(text)
    : wrong(" has spaces or characters that no token has; give the token alone");
}

function parseNumber(text: string, min: number, max: number): Parsed<number> {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? fine(number) : wrong(`; give a whole number from ${min} to ${max}`);
}

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** `4h`, `90m`, `1h30m` as milliseconds, from a second to 24 days (the longest that a timer takes). */
function parseDuration(text: string): Parsed<number> {
  const parts = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/.exec(text);
  const [days, hours, minutes, seconds] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const ms = (days ?? 0) * unitMs.d + (hours ?? 0) * unitMs.h + (minutes ?? 0) * unitMs.m + (seconds ?? 0) * unitMs.s;
  return ms >= unitMs.s && ms <= 24 * unitMs.d
    ? fine(ms)
    : wrong("; give a duration such as 4h, 90m or 30s, up to 24d");
}
