import { type SettingSpec, standsIn } from "../model/setting-spec.ts";
import { addRaw, type RawText } from "./raw.ts";
import { type SettingName, isSettingName, settingSpec, settingSpecs } from "./spec/table.ts";
import { flagNames, inputAsFlag, unknownFlag } from "./unknown-name.ts";
import { nearest } from "./nearest.ts";
import { quote } from "./wording.ts";

/** A command line taken apart; values are still texts. */
export interface Flags {
  /** What isn't a flag, in order. */
  readonly words: readonly string[];
  readonly values: Map<SettingName, readonly RawText[]>;
  /** A sentence for each thing that can't be read. */
  readonly problems: readonly string[];
  /** Some flag isn't known, so that a word too many may have been its value. */
  readonly unsure: boolean;
}

interface Reading {
  readonly rest: string[];
  readonly words: string[];
  readonly values: Map<SettingName, readonly RawText[]>;
  readonly problems: string[];
  unsure: boolean;
}

/**
 * Reads `--name value`, `--name=value`, `--flag`, `--no-flag`, `--flag=false`, `-q`, `-qn`; `--` ends the flags.
 * Never throws: what can't be read is a problem, and the rest is read on.
 */
export function readFlags(argv: readonly string[]): Flags {
  const reading: Reading = { rest: [...argv], words: [], values: new Map(), problems: [], unsure: false };
  for (let token = reading.rest.shift(); token !== undefined; token = reading.rest.shift()) {
    if (token === "--") reading.words.push(...reading.rest.splice(0));
    else if (token.startsWith("--")) readLong(reading, token);
    else if (token.startsWith("-") && token.length > 1) readShort(reading, token);
    else reading.words.push(token);
  }
  return reading;
}

function readLong(reading: Reading, token: string): void {
  const equals = token.indexOf("=");
  const name = token.slice(2, equals === -1 ? undefined : equals);
  const value = equals === -1 ? undefined : token.slice(equals + 1);
  const spec = settingSpec(name);
  if (spec !== undefined && !standsIn(spec, "flag")) readInput(reading, spec, value);
  else if (isSettingName(name)) readSetting(reading, name, value);
  else if (isBoolean(name.replace(/^no-/, ""))) readNegative(reading, name, value);
  else readUnknown(reading, `--${name}`, value);
}

/** The word behind it is its value all the same: it may be a secret, and is no store. */
function readInput(reading: Reading, spec: SettingSpec, value: string | undefined): void {
  reading.problems.push(inputAsFlag(spec));
  if (value !== undefined) return;
  // A key in PEM begins with dashes.
  if (reading.rest[0]?.startsWith("-----BEGIN")) reading.rest.shift();
  else takeValue(reading);
}

function readSetting(reading: Reading, name: SettingName, value: string | undefined): void {
  const label = `--${name}`;
  if (isBoolean(name)) return readBoolean(reading, name, value);
  const text = value ?? takeValue(reading);
  if (text !== undefined) return addRaw(reading.values, name, { text, label });
  const [next] = reading.rest;
  const dashed = next !== undefined && !next.startsWith("--");
  const how = dashed ? `; one that starts with a dash is written behind =, as in ${label}=${next}` : "";
  reading.problems.push(`${label} needs a value, such as ${label} ${shown(name)}${how}.`);
}

function readBoolean(reading: Reading, name: SettingName, value: string | undefined): void {
  const [next] = reading.rest;
  if (value === undefined && (next === "true" || next === "false")) {
    reading.rest.shift();
    reading.problems.push(`--${name} takes no word behind it; write --${name}=${next}.`);
    return;
  }
  addRaw(reading.values, name, { text: value ?? "true", label: `--${name}` });
}

function readNegative(reading: Reading, name: string, value: string | undefined): void {
  const positive = name.replace(/^no-/, "");
  if (value !== undefined) reading.problems.push(`--${name} takes no value; write --${positive}=${value}.`);
  else if (isSettingName(positive)) addRaw(reading.values, positive, { text: "false", label: `--${name}` });
}

function readShort(reading: Reading, token: string): void {
  for (const letter of token.slice(1)) {
    const spec = settingSpecs().find((each) => each.short === letter);
    if (spec !== undefined && isSettingName(spec.name)) readBoolean(reading, spec.name, undefined);
    else return readUnknown(reading, token.length === 2 ? token : `-${letter}`, token.length === 2 ? undefined : "");
  }
}

function readUnknown(reading: Reading, flag: string, value: string | undefined): void {
  reading.problems.push(unknownFlag(flag));
  reading.unsure = true;
  const meant = nearest(flag.replace(/^-+/, ""), flagNames());
  // `--stor ./cold`: the word behind it is its value, and would be misread as something else.
  if (value === undefined && !(meant !== undefined && isBoolean(meant)) && flag.length > 2) takeValue(reading);
}

/** The next word, unless it is a flag. */
function takeValue(reading: Reading): string | undefined {
  const [next] = reading.rest;
  if (next === undefined || (next.startsWith("-") && next.length > 1)) return undefined;
  return reading.rest.shift();
}

function isBoolean(name: string): boolean {
  return settingSpec(name)?.kind.type === "boolean";
}

function shown(name: SettingName): string {
  const example = settingSpec(name)?.example ?? "";
  return /^[\w./:-]+$/.test(example) ? example : quote(example);
}
