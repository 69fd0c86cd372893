import type { Manual, SettingSpec } from "../model/setting-spec.ts";

/** The first words that a command line may have. */
export function firstWords(manual: Manual): readonly (readonly [word: string, says: string])[] {
  return [
    ...manual.modes.map(({ name, summary }) => [name, summary] as const),
    ["help", "explain a mode or a topic"],
    ["version", "print the version"],
    ["completion", "print a script for bash, zsh or fish"],
  ];
}

/** What may follow `help`. */
export function helpTopics({ modes }: Manual): readonly string[] {
  return [...modes.map(({ name }) => name), "config", "stores", "profiles", "exit-codes", "completion"];
}

/** What may be typed for a value: a closed list of words, a path, or something that can't be known. */
export function suggestions({ kind }: SettingSpec): readonly string[] | "path" | "nothing" {
  if (kind.type === "choice") return kind.values;
  if (kind.type === "mtime") return ["commit", "keep"];
  if (kind.type === "auto") return ["auto", "true", "false"];
  return kind.type === "path" ||
    kind.type === "source" ||
    kind.type === "notes" ||
    kind.type === "store" ||
    kind.type === "glob"
    ? "path"
    : "nothing";
}
