import type { Manual, ModeSpec, SettingGroup, SettingSpec } from "../model/setting-spec.ts";
import { exitCodeRows } from "./exit-codes.ts";
import { valueWord } from "./setting-words.ts";

/** The block of the README between its settings markers: the first settings open, the other sections folded. */
export function renderReadmeBlock(manual: Manual): string {
  const [first, ...rest] = usedGroups(manual);
  return [
    ...(first === undefined ? [] : settingsTable(manual, first)),
    ...rest.flatMap((group) => [
      "",
      `<details><summary>${group.title}</summary>`,
      "",
      ...settingsTable(manual, group),
      "",
      "</details>",
    ]),
    "",
  ].join("\n");
}

/** docs/settings.md, whole: every mode with its examples, every setting, the action's outputs, the exit codes. */
export function renderSettingsPage(manual: Manual): string {
  return [
    "# Modes and settings",
    "",
    "Made from the table in `src/settings/spec/` by `npm run docs`; change it there.",
    "",
    "A flag `--name value`, an input `name:` and a config file's `name:` are the same setting. A list is a repeated flag, a list in the",
    "config file, and one a line in an input of the action. A setting is all three, if its row doesn't say otherwise; an empty input",
    "isn't given.",
    "Flags and inputs win over what GitHub Actions says of the run, that over the profile, that over the config file, and that over the default.",
    "The variable `SOURCE_DATE_EPOCH` alone wins over a flag and an input: over `mtime`.",
    "",
    "## Modes",
    ...manual.modes.flatMap(modeSection),
    ...usedGroups(manual).flatMap((group) => ["", `## ${group.title}`, "", ...settingsTable(manual, group)]),
    "",
    "## Outputs of the action",
    "",
    "Those that a run hasn't got are empty. `--json` has the same under the same names, but for `report`.",
    "",
    "| output | what it is |",
    "| --- | --- |",
    ...manual.outputs.map(({ name, help }) => `| \`${name}\` | ${help.replaceAll("|", "\\|")} |`),
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    ...exitCodeRows().map(([code, meaning]) => `| ${code} | ${meaning} |`),
    "",
  ].join("\n");
}

function usedGroups(manual: Manual): readonly SettingGroup[] {
  return manual.groups.filter(({ name }) => manual.settings.some(({ group }) => group === name));
}

function modeSection(mode: ModeSpec): readonly string[] {
  const width = Math.max(...mode.examples.map(({ line }) => line.length));
  return [
    "",
    `### \`coldstore ${[mode.name, ...mode.positionals].join(" ")}\``,
    "",
    `${mode.summary.charAt(0).toUpperCase()}${mode.summary.slice(1)}.`,
    "",
    "```sh",
    ...mode.examples.map(({ line, says }) => `${line.padEnd(width)}  # ${says}`),
    "```",
  ];
}

function settingsTable({ modes, settings }: Manual, group: SettingGroup): readonly string[] {
  const rows = settings.filter((spec) => spec.group === group.name);
  return [
    "| setting | value | default | in | for |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map((spec) => row(spec, modes)),
  ];
}

function row(spec: SettingSpec, modes: readonly ModeSpec[]): string {
  const cells = [
    `\`${spec.name}\`${spec.list ? " (list)" : ""}`,
    valueCell(spec),
    defaultCell(spec),
    spec.modes.length === modes.length ? "all" : spec.modes.join(", "),
    `${spec.help}${whereNote(spec)}`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function valueCell({ kind }: SettingSpec): string {
  if (kind.type === "boolean") return "`true`, `false`";
  const words = kind.type === "choice" ? kind.values : (valueWord(kind)?.split("|") ?? []);
  return words.map((word) => `\`${word}\``).join(", ");
}

function defaultCell(spec: SettingSpec): string {
  if (spec.defaultText !== undefined) return spec.defaultText;
  return spec.default === undefined ? "" : `\`${spec.default}\``;
}

function whereNote({ where, trust }: SettingSpec): string {
  switch (where) {
    case "everywhere":
      return trust === "explicit" ? " (in a config file only if `config` names it)" : "";
    case "workflow":
      return " (not on the command line)";
    case "input":
      return " (an input only)";
    case "call":
      return " (not in a config file)";
    case "command line":
      return " (command line only)";
  }
}
