import type { Manual, SettingSpec } from "../model/setting-spec.ts";
import { firstWords, helpTopics, suggestions } from "./completion-words.ts";

/** Completion for bash 4 and newer, without the bash-completion package. */
export function bashCompletion(manual: Manual): string {
  const { modes, settings } = manual;
  return [
    "# bash completion for coldstore",
    "_coldstore() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" mode="${COMP_WORDS[1]}" flags=""',
    "  COMPREPLY=()",
    "  # bash takes --name=value for three words.",
    '  if [[ $word == "=" ]]; then word=""; elif [[ $before == "=" ]]; then before="${COMP_WORDS[COMP_CWORD-2]}"; fi',
    '  case "$before" in',
    ...settings.flatMap(valueCase),
    "  esac",
    "  if (( COMP_CWORD == 1 )) && [[ $word != -* ]]; then",
    `    mapfile -t COMPREPLY < <(compgen -W ${quoted(firstWords(manual).map(([name]) => name))} -- "$word")`,
    "    return",
    "  fi",
    '  case "$mode" in',
    ...modes.map(({ name }) => `    ${name}) flags=${quoted(flagsOf(settings, name))} ;;`),
    `    help) mapfile -t COMPREPLY < <(compgen -W ${quoted(helpTopics(manual))} -- "$word"); return ;;`,
    `    completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$word"); return ;;`,
    `    *) flags=${quoted(settings.map(({ name }) => `--${name}`))} ;;`,
    "  esac",
    "  if [[ $word == -* ]]; then",
    '    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")',
    "  else",
    "    compopt -o filenames 2>/dev/null",
    '    mapfile -t COMPREPLY < <(compgen -f -- "$word")',
    "  fi",
    "}",
    "complete -F _coldstore coldstore",
    "",
  ].join("\n");
}

function valueCase(spec: SettingSpec): readonly string[] {
  const values = suggestions(spec);
  if (spec.kind.type === "boolean") return [];
  if (values === "nothing") return [`    --${spec.name}) return ;;`];
  if (values === "path")
    return [
      `    --${spec.name}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;`,
    ];
  return [`    --${spec.name}) mapfile -t COMPREPLY < <(compgen -W ${quoted(values)} -- "$word"); return ;;`];
}

function flagsOf(settings: readonly SettingSpec[], mode: string): readonly string[] {
  return settings.filter(({ modes }) => modes.includes(mode)).map(({ name }) => `--${name}`);
}

function quoted(words: readonly string[]): string {
  return `'${words.join(" ")}'`;
}
