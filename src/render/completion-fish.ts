import type { Manual, SettingSpec } from "../model/setting-spec.ts";
import { firstWords, helpTopics, suggestions } from "./completion-words.ts";

/** Completion for fish. */
export function fishCompletion(manual: Manual): string {
  const { settings } = manual;
  return [
    "# fish completion for coldstore",
    ...firstWords(manual).map(
      ([name, says]) => `complete -c coldstore -n __fish_use_subcommand -f -a ${name} -d ${quoted(says)}`,
    ),
    `complete -c coldstore -n '__fish_seen_subcommand_from help' -f -a ${quoted(helpTopics(manual).join(" "))}`,
    "complete -c coldstore -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'",
    ...settings.map(flag),
    "",
  ].join("\n");
}

function flag(spec: SettingSpec): string {
  const seen = quoted(`__fish_seen_subcommand_from ${spec.modes.join(" ")}`);
  const short = spec.short === undefined ? "" : ` -s ${spec.short}`;
  return `complete -c coldstore -n ${seen}${short} -l ${spec.name}${value(spec)} -d ${quoted(spec.help)}`;
}

function value(spec: SettingSpec): string {
  const values = suggestions(spec);
  if (spec.kind.type === "boolean") return "";
  if (values === "path") return " -r -F";
  return values === "nothing" ? " -x" : ` -x -a ${quoted(values.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
