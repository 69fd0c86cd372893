import type { SettingSpec } from "../model/setting-spec.ts";
import type { RawLayer, RawText } from "./raw.ts";
import { isSettingName, settingSpec, type SettingName } from "./spec/table.ts";
import { unknownKey } from "./unknown-name.ts";
import { changesRemote } from "./parse-rclone.ts";
import { namesPlugin } from "./parse-store.ts";
import { oneOf, quote } from "./wording.ts";
import { nearest } from "./nearest.ts";
import { readBlock, readYaml, rootBlock, type YamlFile, type YamlItem } from "./yaml-block.ts";

/** The text of a config file, and where it comes from. */
export interface ConfigText {
  readonly text: string;
  /** How messages name it. */
  readonly shown: string;
  /** The absolute folder that its paths count from. */
  readonly base: string;
  /** Merely found in the repository, not named by the person who runs this. */
  readonly found: boolean;
}

/** A config file's settings: its own, and those of each profile. */
export interface Config {
  readonly shown: string;
  readonly settings: RawLayer;
  readonly profiles: ReadonlyMap<string, RawLayer>;
}

const maxBytes = 1024 * 1024;

/** Reads a config file; everything wrong with its form or its names is pushed as a sentence. Values are checked later. */
export function readConfig(config: ConfigText, problems: string[], look: LookUp = settingSpec): Config {
  const empty = { shown: config.shown, settings: layer(config, new Map()), profiles: new Map<string, RawLayer>() };
  if (Buffer.byteLength(config.text) > maxBytes) {
    problems.push(`${config.shown} is larger than 1 MiB; a config file is small.`);
    return empty;
  }
  const file = readYaml(config.text, config.shown, problems);
  const root = file && rootBlock(file, problems);
  if (file === undefined || root === undefined) return empty;
  const reading = { file, config, problems, look };
  const items = readBlock(file, root, problems);
  const profiles = items.find((item) => item.key === "profiles");
  const own = items.filter((item) => item.key !== "profiles");
  return {
    shown: config.shown,
    settings: layer(config, readSettings(reading, own, "")),
    profiles: profiles === undefined ? empty.profiles : readProfiles(reading, profiles),
  };
}

/** The profile of this name; a problem when there is none. */
export function chosenProfile(config: Config | undefined, name: string, problems: string[]): RawLayer | undefined {
  const names = [...(config?.profiles.keys() ?? [])];
  const profile = config?.profiles.get(name);
  if (profile !== undefined) return profile;
  const near = nearest(name, names);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  if (config === undefined)
    problems.push(`profile is ${quote(name)}, and there is no config file to have it; add one, or leave it out.`);
  else if (names.length === 0)
    problems.push(`profile is ${quote(name)}, and ${config.shown} has no profiles; add it under profiles:.`);
  else problems.push(`profile is ${quote(name)}; ${config.shown} has ${oneOf(names, "and")}.${hint}`);
  return undefined;
}

/** How a setting's declaration is found. */
type LookUp = (name: string) => SettingSpec | undefined;

interface Reading {
  readonly file: YamlFile;
  readonly config: ConfigText;
  readonly problems: string[];
  readonly look: LookUp;
}

function layer(config: ConfigText, values: RawLayer["values"]): RawLayer {
  return { from: config.found ? "found file" : "file", base: config.base, values };
}

function readProfiles(reading: Reading, item: YamlItem): ReadonlyMap<string, RawLayer> {
  const { file, config, problems } = reading;
  const blocks = item.block === undefined ? [] : readBlock(file, item.block, problems);
  if (item.block === undefined)
    problems.push(
      `profiles (${config.shown}, line ${item.line}) holds named blocks of settings, such as nightly: and below it prove: read.`,
    );
  return new Map(blocks.map((profile) => [profile.key, readProfile(reading, profile)]));
}

function readProfile(reading: Reading, { key, line, block }: YamlItem): RawLayer {
  const { file, config, problems } = reading;
  const where = `(${config.shown}, line ${line})`;
  if (!/^[A-Za-z0-9._-]+$/.test(key))
    problems.push(`profile ${quote(key)} ${where} needs a name of letters, digits, dots, dashes and underscores.`);
  else if (block === undefined)
    problems.push(`profile ${key} ${where} holds no settings; write them below it, indented.`);
  else return layer(config, readSettings(reading, readBlock(file, block, problems), `profile ${key}, `));
  return layer(config, new Map());
}

function readSettings(reading: Reading, items: readonly YamlItem[], within: string): RawLayer["values"] {
  const values = new Map<SettingName, readonly RawText[]>();
  const place = `${within}${reading.config.shown}`;
  for (const item of items) {
    const where = `${place}, line ${item.line}`;
    const spec = reading.look(item.key);
    const problem = spec === undefined ? unknownKey(item.key, where) : refusal(spec, reading.config, item, where);
    if (problem !== undefined) reading.problems.push(problem);
    else if (spec !== undefined && isSettingName(spec.name)) values.set(spec.name, rawTexts(spec, item, place));
  }
  return values;
}

/** Why a setting that exists can't stand here. */
function refusal(spec: SettingSpec, config: ConfigText, item: YamlItem, where: string): string | undefined {
  if (spec.where === "command line") return `${spec.name} (${where}) is for the command line only: --${spec.name}.`;
  if (spec.where === "input")
    return `${spec.name} (${where}) can't be set in a config file; give it as an input${spec.insteadOfFlag === undefined ? "" : `; on the command line ${spec.insteadOfFlag}`}.`;
  if (spec.where === "call")
    return `${spec.name} (${where}) can't be set in a config file; give it as a flag or an input.`;
  if (config.found && spec.trust === "explicit")
    return `${spec.name} (${where}) can't be set by a file that was merely found in the repository; give it as a flag or an input, or name the file by config.`;
  if (item.texts === undefined)
    return `${spec.name} (${where}) needs ${spec.list ? "a value or a list of values" : "one value"}, such as ${spec.name}: ${yamlText(spec.example)}.`;
  if (!spec.list && item.texts.length !== 1)
    return `${spec.name} (${where}) takes one value, not a list, such as ${spec.name}: ${spec.example}.`;
  return config.found ? untrusted(spec, item, where) : undefined;
}

/** What starts like this is no text in YAML: `*.iso` would be an alias, `!a.iso` a tag. */
function yamlText(text: string): string {
  return /^[*!&#@`%|>[{]/.test(text) ? `${JSON.stringify(text)}, in quotes` : text;
}

/** Why nobody but the person who starts a run names such a store. */
function untrusted(spec: SettingSpec, item: YamlItem, where: string): string | undefined {
  if (spec.kind.type !== "store" && spec.kind.type !== "source") return undefined;
  const texts = rawTexts(spec, item, where).map(({ text }) => text);
  const what = texts.some(namesPlugin)
    ? "names a plugin, which is code that would be run"
    : texts.some(changesRemote)
      ? "gives a configured remote other options, which could send its credentials elsewhere"
      : undefined;
  return (
    what &&
    `${spec.name} (${where}) ${what}: a file that was merely found in the repository can't do that; give it as a flag or an input, or name the file by config.`
  );
}

/** An empty list says "none" as clearly as a full one says what. */
function rawTexts(spec: SettingSpec, item: YamlItem, place: string): readonly RawText[] {
  return (item.texts ?? []).flatMap(({ text, line }) => {
    const label = `${spec.name} (${place}, line ${line})`;
    return (spec.list ? linesOf(text) : [text]).map((one) => ({ text: one, label }));
  });
}

/** A list may be written as a block with one a line, as inputs of actions are. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.length === 1 ? lines : lines.filter((line) => line !== "");
}
