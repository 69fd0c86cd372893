import { type SettingSpec, standsIn } from "../model/setting-spec.ts";
import { nearest } from "./nearest.ts";
import { insteadOf, insteadOfMode } from "./renamed.ts";
import { everyMode } from "./spec/modes.ts";
import { settingSpecs } from "./spec/table.ts";
import { oneOf, quote } from "./wording.ts";

/** What is said of a flag that there isn't. `flag` is as given, dashes and all, without its value. */
export function unknownFlag(flag: string): string {
  const name = flag.replace(/^-+/, "");
  const instead = insteadOf(name);
  if (instead !== undefined) return `there is no flag ${flag}, ${instead}.`;
  const near = name.length > 1 ? nearest(name, flagNames()) : undefined;
  if (near !== undefined) return `there is no flag ${quote(flag)}; did you mean --${near}?`;
  return `there is no flag ${quote(flag)}; coldstore --help lists them all.`;
}

/** What is said of a flag that is an input of the action alone; of a value that it had, nothing. */
export function inputAsFlag({ name, insteadOfFlag }: SettingSpec): string {
  return insteadOfFlag !== undefined
    ? `--${name} isn't a flag, as others can read a command line; ${insteadOfFlag}.`
    : `--${name} is for the action only; leave it out.`;
}

/** What is said of a config file's key that there isn't; `where` is the file and line. */
export function unknownKey(key: string, where: string): string {
  const instead = insteadOf(key);
  if (instead !== undefined) return `there is no setting ${quote(key)} (${where}), ${instead}.`;
  const near = nearest(key, [...fileSettingNames(), "profiles"]);
  if (near !== undefined) return `there is no setting ${quote(key)} (${where}); did you mean ${near}?`;
  return `there is no setting ${quote(key)} (${where}); a config file takes ${oneOf(fileSettingNames(), "and")}.`;
}

/**
 * What is said of an input that there isn't. A job's own variable of such a name can't be told from an input. What was `said`
 * of others before may list all inputs already.
 */
export function unknownInput(name: string, variable: string, said: readonly string[]): string {
  const what = `there is no input ${quote(name)} (${asVariable(variable)})`;
  const instead = insteadOf(name);
  if (instead !== undefined) return `${what}, ${instead}.`;
  const near = nearest(name, inputNames());
  if (near !== undefined) return `${what}; did you mean ${near}?`;
  const list = `; the inputs are ${oneOf(inputNames(), "and")}.`;
  return said.some((sentence) => sentence.endsWith(list)) ? `${what}.` : what + list;
}

/** What is said of an input that is a flag of the command line alone. */
export function flagAsInput(name: string, variable: string): string {
  const way = name === "debug" ? "run the job again with debug logging" : "leave it out";
  return `${name} is for the command line only (${asVariable(variable)}); ${way}.`;
}

function asVariable(variable: string): string {
  return `a variable ${quote(variable).slice(1, -1)} in env counts as one too`;
}

/** What is said of a first word that is no mode. */
export function unknownMode(word: string): string {
  const instead = insteadOfMode(word);
  if (instead !== undefined) return `there is no mode ${word}, ${instead}.`;
  const near = nearest(word, [...everyMode, "help", "completion"]);
  const hint = near === undefined ? ", as in: coldstore snapshot . ./cold" : `; did you mean ${near}?`;
  return `there is no mode ${quote(word)}; the first word is ${oneOf(everyMode)}${hint}`;
}

/** The names of all flags, without dashes. */
export function flagNames(): readonly string[] {
  return namesIn("flag");
}

function inputNames(): readonly string[] {
  return namesIn("input");
}

function fileSettingNames(): readonly string[] {
  return namesIn("file");
}

function namesIn(place: "flag" | "input" | "file"): readonly string[] {
  return settingSpecs().flatMap((spec) => (standsIn(spec, place) ? spec.name : []));
}
