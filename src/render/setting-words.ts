import type { SettingKind, SettingSpec } from "../model/setting-spec.ts";

/** What stands for a setting's value in help and reference: its choices, or a word for what it is. */
export function valueWord(kind: SettingKind): string | undefined {
  if (kind.type === "boolean") return undefined;
  if (kind.type === "choice") return kind.word ?? kind.values.join("|");
  if (kind.type === "number") return `${kind.min}-${kind.max}`;
  return words[kind.type];
}

const words: Readonly<Record<Exclude<SettingKind["type"], "boolean" | "choice" | "number">, string>> = {
  auto: "auto|true|false",
  text: "TEXT",
  glob: "GLOB",
  ref: "REF",
  project: "OWNER/REPO",
  duration: "TIME",
  size: "SIZE",
  mtime: "commit|keep|SECONDS",
  pattern: "PATTERN",
  path: "PATH",
  source: "PATH|REMOTE",
  "entry-path": "PATH",
  notes: "none|generate|FILE",
  secret: "SECRET",
  store: "STORE",
  set: "ID",
  name: "NAME",
  prefix: "FOLDER/",
  since: "TIME|DATE",
  version: "VERSION",
  digest: "SHA256",
  url: "URL",
  class: "CLASS",
  argument: "ARGUMENT",
  "known-host": "LINE",
};

/** How the default reads; undefined where nothing is set, and for a flag that is off as flags are. */
export function defaultWord(spec: SettingSpec): string | undefined {
  const text = spec.defaultText ?? spec.default;
  return spec.kind.type === "boolean" && text === "off" ? undefined : text;
}
