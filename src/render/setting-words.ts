import type { SettingKind, SettingSpec } from "../model/setting-spec.ts";

/** What stands for a setting's value in help and reference: its choices, or a word for what it is. */
export function valueWord(kind: SettingKind): string | undefined {
  switch (kind.type) {
    case "boolean":
      return undefined;
    case "auto":
      return "auto|true|false";
    case "choice":
      return kind.word ?? kind.values.join("|");
    case "number":
      return `${kind.min}-${kind.max}`;
    case "text":
      return "TEXT";
    case "glob":
      return "GLOB";
    case "ref":
      return "REF";
    case "project":
      return "OWNER/REPO";
    case "duration":
      return "TIME";
    case "size":
      return "SIZE";
    case "mtime":
      return "commit|keep|SECONDS";
    case "pattern":
      return "PATTERN";
    case "path":
    case "entry-path":
      return "PATH";
    case "notes":
      return "none|generate|FILE";
    case "secret":
      return "SECRET";
    case "store":
      return "STORE";
    case "set":
      return "ID";
    case "name":
      return "NAME";
    case "prefix":
      return "FOLDER/";
  }
}

/** How the default reads; undefined where nothing is set, and for a flag that is off as flags are. */
export function defaultWord(spec: SettingSpec): string | undefined {
  const text = spec.defaultText ?? spec.default;
  return spec.kind.type === "boolean" && text === "off" ? undefined : text;
}
