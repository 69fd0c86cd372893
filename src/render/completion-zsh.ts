import type { Manual, SettingSpec } from "../model/setting-spec.ts";
import { firstWords, helpTopics, suggestions } from "./completion-words.ts";

/** Completion for zsh; to lie in a folder of $fpath under the name _coldstore. */
export function zshCompletion(manual: Manual): string {
  const { modes, settings } = manual;
  return [
    "#compdef coldstore",
    "_coldstore() {",
    "  local -a words_first",
    "  words_first=(",
    ...firstWords(manual).map(([name, says]) => `    ${quoted(`${name}:${says}`)}`),
    "  )",
    "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then",
    "    _describe -t modes mode words_first",
    "    return",
    "  fi",
    '  case "$words[2]" in',
    ...modes.flatMap(({ name, positionals }) => [
      `    ${name}) _arguments -s \\`,
      ...settings.filter((spec) => spec.modes.includes(name)).map((spec) => `      ${argument(spec)} \\`),
      ...positionals.map((word) => `      ${quoted(`:${word.replaceAll(/[[\]]/g, "")}:_files`)} \\`),
      "      ;;",
    ]),
    `    help) _values topic ${helpTopics(manual).join(" ")} ;;`,
    "    completion) _values shell bash zsh fish ;;",
    "    *) _files ;;",
    "  esac",
    "}",
    'if [[ "$funcstack[1]" == _coldstore ]]; then _coldstore "$@"; else compdef _coldstore coldstore; fi',
    "",
  ].join("\n");
}

/** One flag in the form of _arguments; a colon or bracket in its help would end that early. */
function argument(spec: SettingSpec): string {
  const help = spec.help.replaceAll(/[[\]\\:]/g, (char) => `\\${char}`);
  const repeat = spec.list ? "*" : "";
  const values = suggestions(spec);
  if (spec.kind.type === "boolean") return quoted(`--${spec.name}[${help}]`);
  const action = values === "nothing" ? " " : values === "path" ? "_files" : `(${values.join(" ")})`;
  return quoted(`${repeat}--${spec.name}=[${help}]:${spec.name}:${action}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
