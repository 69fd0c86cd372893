import { type Manual, type SettingKind, type SettingSpec, standsIn } from "../model/setting-spec.ts";

type Schema = Readonly<Record<string, unknown>>;

/** docs/config.schema.json: the JSON Schema of a config file, for editors. */
export function renderConfigSchema(manual: Manual): string {
  const settings = manual.settings.filter((spec) => standsIn(spec, "file"));
  const properties = Object.fromEntries(settings.map((spec) => [spec.name, settingSchema(spec)]));
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://raw.githubusercontent.com/coldstore/action/v1/docs/config.schema.json",
    title: "Coldstore config file",
    description: ".github/coldstore.yml, coldstore.yml or .coldstore.yml at the top of the repository.",
    type: "object",
    properties: {
      ...properties,
      profiles: {
        description: "named blocks of settings, used by profile before the rest of the file",
        type: "object",
        additionalProperties: { $ref: "#/$defs/profile" },
      },
    },
    additionalProperties: false,
    $defs: { profile: { type: "object", properties, additionalProperties: false } },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function settingSchema(spec: SettingSpec): Schema {
  const one = valueSchema(spec.kind);
  const shape = spec.list ? { anyOf: [one, { type: "array", items: one }] } : one;
  const standard = spec.default === undefined ? {} : { default: defaultValue(spec.kind, spec.default) };
  return { description: spec.help, ...shape, ...standard };
}

function valueSchema(kind: SettingKind): Schema {
  switch (kind.type) {
    case "boolean":
      return { type: "boolean" };
    case "auto":
      return { enum: ["auto", true, false] };
    case "choice":
      return { enum: kind.values };
    case "number":
      return { type: "integer", minimum: kind.min, maximum: kind.max };
    case "duration":
      return { type: "string", pattern: "^(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$" };
    // A number is plain bytes, or seconds; the reader has the bounds.
    case "size":
      return { type: ["string", "integer"], pattern: "^\\d+([kKmMgGtT]([iI]?[bB]|[iI])?|[bB])?$", minimum: 1024 ** 2 };
    case "mtime":
      return { type: ["string", "integer"], pattern: "^(commit|keep|\\d+)$", minimum: 0 };
    case "project":
      return { type: "string", pattern: "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$" };
    // YAML reads `ref: 1.0` and `milestone: 2026` as numbers; they are taken as they are written.
    case "text":
    case "ref":
    case "name":
    case "set":
      return { type: ["string", "number"] };
    case "since":
    case "version":
    case "class":
      return { type: "string", pattern: patterns[kind.type] };
    case "digest":
      return { type: "string", pattern: "^([sS][hH][aA]256:)?[0-9a-fA-F]{64}$" };
    case "url":
      return { type: "string", pattern: "^https?://" };
    case "glob":
    case "pattern":
    case "path":
    case "source":
    case "argument":
    case "known-host":
    case "entry-path":
    case "notes":
    case "secret":
    case "store":
    case "prefix":
      return { type: "string" };
  }
}

const patterns = {
  since:
    "^((\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?|\\d{4}-\\d\\d-\\d\\d([Tt ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d))?)$",
  version: "^v?\\d+\\.\\d+\\.\\d+$",
  class: "^[A-Za-z0-9][A-Za-z0-9_-]*$",
} as const;

function defaultValue(kind: SettingKind, text: string): unknown {
  if (kind.type === "boolean") return text === "true";
  return kind.type === "number" ? Number(text) : text;
}
