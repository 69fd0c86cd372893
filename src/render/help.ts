import {
  type Example,
  type Manual,
  type ModeSpec,
  type SettingGroup,
  type SettingSpec,
  standsIn,
} from "../model/setting-spec.ts";
import { columns } from "./columns.ts";
import { topicHelp } from "./help-topics.ts";
import { defaultWord, valueWord } from "./setting-words.ts";

/** What `--help` prints: of everything, of one mode, or of a topic; an unknown topic gives the help of everything. */
export function renderHelp(manual: Manual, topic?: string): string {
  const mode = manual.modes.find(({ name }) => name === topic);
  const flags = { ...manual, settings: manual.settings.filter((spec) => standsIn(spec, "flag")) };
  const lines = mode === undefined ? (topicHelp(topic) ?? generalHelp(flags)) : modeHelp(flags, mode);
  return `${lines.join("\n")}\n`;
}

function generalHelp(manual: Manual): readonly string[] {
  const first = manual.settings.filter(({ group, name }) => group === "first" && name !== "mode");
  return [
    "coldstore freezes a repository at a point in time into files that describe themselves, keeps them in",
    "a store, and proves later that they are still there and intact.",
    "",
    "Usage: coldstore MODE [SOURCE] [STORE] [settings]",
    ...modeGroups(manual).flatMap(([group, rows]) => ["", group, ...columns(rows, 9)]),
    ...sections(manual.groups, first),
    "",
    "Examples",
    ...exampleLines(manual.modes.flatMap(({ examples }) => examples.slice(0, 2))),
    "",
    "More help",
    ...columns(
      [
        ["coldstore help MODE", "all settings of a mode"],
        ["coldstore help config", "settings in a file, profiles"],
        ["coldstore help stores", "where sets can be kept"],
        ["coldstore help profiles", "what each ignore-profile leaves out"],
        ["coldstore help exit-codes", "0 is good; what the others say"],
        ["coldstore help completion", "names completed by the Tab key"],
      ],
      26,
    ),
  ];
}

function modeHelp(manual: Manual, mode: ModeSpec): readonly string[] {
  const own = manual.settings.filter(({ modes, name }) => modes.includes(mode.name) && name !== "mode");
  return [
    `Usage: coldstore ${[mode.name, ...mode.positionals].join(" ")} [settings]`,
    "",
    `  ${mode.summary}`,
    ...sections(manual.groups, own),
    "",
    "Examples",
    ...exampleLines(mode.examples),
    "",
    "Most of these can stand in a config file, without the dashes: coldstore help config",
  ];
}

/** The settings by groups, all of one width, so that they read as one list. */
function sections(groups: readonly SettingGroup[], settings: readonly SettingSpec[]): readonly string[] {
  const width = Math.max(...settings.map((spec) => settingTerm(spec).length));
  return groups.flatMap((group) => {
    const own = settings.filter((spec) => spec.group === group.name);
    return own.length === 0 ? [] : ["", group.title, ...settingLines(own, width)];
  });
}

function modeGroups({ modes }: Manual): readonly (readonly [string, readonly (readonly [string, string])[]])[] {
  const groups = [...new Set(modes.map(({ group }) => group))];
  return groups.map((group) => {
    const rows = modes.filter((mode) => mode.group === group).map(({ name, summary }) => [name, summary] as const);
    return [capital(group), rows];
  });
}

function settingLines(settings: readonly SettingSpec[], width: number): readonly string[] {
  return columns(
    settings.map((spec) => [settingTerm(spec), settingText(spec)] as const),
    width,
  );
}

function settingTerm({ name, kind, short }: SettingSpec): string {
  const word = valueWord(kind);
  return `${short === undefined ? "    " : `-${short}, `}--${name}${word === undefined ? "" : ` ${word}`}`;
}

function settingText(spec: SettingSpec): string {
  const standard = defaultWord(spec);
  return standard === undefined ? spec.help : `${spec.help} (default: ${standard})`;
}

function exampleLines(examples: readonly Example[]): readonly string[] {
  return columns(
    examples.map(({ line, says }) => [line, says] as const),
    52,
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
