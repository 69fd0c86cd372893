import type { SettingKind, SettingSpec } from "../model/setting-spec.ts";
import { fine, type Parsed, type Place, wrong } from "./parsed.ts";
import type { RawText } from "./raw.ts";
import { parseEntryPath } from "./parse-entry-path.ts";
import { parseClass, parseDigest, parseKnownHost, parseMirror, parseVersion } from "./parse-remote.ts";
import { parseSecret } from "./parse-secret.ts";
import { parseSince } from "./parse-since.ts";
import { parsePath, parseSource, parseStore } from "./parse-store.ts";
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
  // Each may belong to the one before it.
  if (type === "argument") return values;
  const known = values.map(identity);
  const place = (value: string) => (type === "pattern" ? known.lastIndexOf(value) : known.indexOf(value));
  return values.filter((_, i) => place(known[i] ?? "") === i);
}

/** Alike for two texts of one store; capitals in a repository's name on GitHub, or in a host's, are as small letters. */
export function identity(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { text: _, ...rest } = value as Readonly<Record<string, unknown>>;
  const name = "repository" in rest ? "repository" : "host";
  return JSON.stringify(typeof rest[name] === "string" ? { ...rest, [name]: rest[name].toLowerCase() } : rest);
}

function parseText(kind: SettingKind, text: string, place: Place): Parsed<unknown> {
  if (kind.type === "choice") return kind.values.includes(text) ? fine(text) : wrong(`; give ${oneOf(kind.values)}`);
  if (kind.type === "number") return parseNumber(text, kind.min, kind.max);
  if (kind.type === "secret") return parseSecret(text, kind.form);
  if (kind.type === "path" || kind.type === "source" || kind.type === "notes" || kind.type === "store")
    return placed[kind.type](text, place);
  return plain[kind.type](text);
}

type Placed = "path" | "source" | "notes" | "store";

/** Those that can be a path. */
const placed: Readonly<Record<Placed, (text: string, place: Place) => Parsed<unknown>>> = {
  path: parsePath,
  source: parseSource,
  notes: parseNotes,
  store: parseStore,
};

type Plain = Exclude<SettingKind["type"], Placed | "choice" | "number" | "secret">;

/** Those that mean the same everywhere. */
const plain: Readonly<Record<Plain, (text: string) => Parsed<unknown>>> = {
  text: parseFreeText,
  glob: parseGlob,
  ref: parseRef,
  project: parseProject,
  boolean: parseBoolean,
  auto: parseAuto,
  duration: parseDuration,
  size: parseSize,
  mtime: parseMtime,
  pattern: parsePattern,
  "entry-path": parseEntryPath,
  set: parseSelector,
  name: parseNameTemplate,
  prefix: parsePrefixTemplate,
  since: parseSince,
  version: parseVersion,
  digest: parseDigest,
  url: parseMirror,
  class: parseClass,
  argument: parseArgument,
  "known-host": parseKnownHost,
};

function parseGlob(text: string): Parsed<string> {
  return text === "" || hasControls(text) ? wrong("; give a glob such as dist/*.whl") : fine(text);
}

function parseAuto(text: string): Parsed<boolean | "auto"> {
  return text === "auto" ? fine(text) : asBoolean(text, "auto, true or false");
}

function parseArgument(text: string): Parsed<string> {
  return text === "" || hasControls(text) ? wrong("; give one argument, such as --transfers=8") : fine(text);
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

function parseBoolean(text: string): Parsed<boolean> {
  return asBoolean(text, "true or false");
}

function asBoolean(text: string, allowed: string): Parsed<boolean> {
  if (/^(true|True|TRUE)$/.test(text)) return fine(true);
  return /^(false|False|FALSE)$/.test(text) ? fine(false) : wrong(`; give ${allowed}`);
}

/** What a release says of itself; a file called none or generate is `./none`. */
function parseNotes(text: string, place: Place): Parsed<"none" | "generate" | { readonly file: string }> {
  if (text === "none" || text === "generate") return fine(text);
  const path = parsePath(text, place);
  return path.ok ? fine({ file: path.value }) : wrong("; give none, generate or the path of a file that has the notes");
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
