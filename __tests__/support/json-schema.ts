import { readFileSync } from "node:fs";

type Schema = Readonly<Record<string, unknown>>;

interface Checking {
  readonly root: Schema;
  readonly problems: string[];
}

/** Whatever in a value doesn't follow one of the schemas in docs/, by its path; only the keywords that those use are known. */
export function schemaProblems(name: "report" | "manifest" | "config", value: unknown): readonly string[] {
  return valueProblems(readSchema(`${name}.schema.json`), value);
}

/** The same for any schema. */
export function valueProblems(root: Schema, value: unknown): readonly string[] {
  const problems: string[] = [];
  check({ root, problems }, root, value, "$");
  return problems;
}

function readSchema(file: string): Schema {
  return JSON.parse(readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8")) as Schema;
}

const annotations = ["$schema", "$id", "$defs", "title", "description", "default", "contentEncoding"];

function check(checking: Checking, schema: Schema, value: unknown, path: string): void {
  for (const [keyword, rule] of Object.entries(schema)) {
    if (annotations.includes(keyword)) continue;
    const keep = keywords[keyword];
    if (keep === undefined) throw new Error(`the schema keyword ${keyword} isn't known here`);
    if (!keep(rule, value, { ...checking, schema, path }))
      checking.problems.push(`${path}: ${keyword} ${JSON.stringify(rule)}, not ${JSON.stringify(value)?.slice(0, 80)}`);
  }
}

type Keyword = (
  rule: unknown,
  value: unknown,
  at: Checking & { readonly schema: Schema; readonly path: string },
) => boolean;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Each gives whether the value keeps the rule; what lies deeper is checked, and named, there. */
const keywords: Readonly<Record<string, Keyword>> = {
  type: (rule, value) => [rule].flat().some((type) => hasType(String(type), value)),
  const: (rule, value) => rule === value,
  enum: (rule, value) => (rule as readonly unknown[]).includes(value),
  pattern: (rule, value) => typeof value !== "string" || new RegExp(String(rule), "u").test(value),
  minimum: (rule, value) => typeof value !== "number" || value >= Number(rule),
  maximum: (rule, value) => typeof value !== "number" || value <= Number(rule),
  required: (rule, value) =>
    !isRecord(value) || (rule as readonly string[]).every((name) => Object.hasOwn(value, name)),
  properties: (rule, value, at) => {
    if (isRecord(value))
      for (const [name, schema] of Object.entries(rule as Record<string, Schema>))
        if (Object.hasOwn(value, name)) check(at, schema, value[name], `${at.path}.${name}`);
    return true;
  },
  additionalProperties: (rule, value, at) => {
    if (!isRecord(value)) return true;
    const others = Object.keys(value).filter((name) => !Object.hasOwn(at.schema["properties"] ?? {}, name));
    if (rule === false) return others.length === 0;
    for (const name of others) check(at, rule as Schema, value[name], `${at.path}.${name}`);
    return true;
  },
  items: (rule, value, at) => {
    if (Array.isArray(value)) value.forEach((item, i) => check(at, rule as Schema, item, `${at.path}[${i}]`));
    return true;
  },
  format: (rule, value) => typeof value !== "string" || (formats[String(rule)] ?? /^/u).test(value),
  minLength: (rule, value) => typeof value !== "string" || value.length >= Number(rule),
  maxLength: (rule, value) => typeof value !== "string" || value.length <= Number(rule),
  minItems: (rule, value) => !Array.isArray(value) || value.length >= Number(rule),
  maxItems: (rule, value) => !Array.isArray(value) || value.length <= Number(rule),
  anyOf: (rule, value, at) => fitsOne(rule as readonly Schema[], value, at),
  // GitHub's description says so also where more than one fits.
  oneOf: (rule, value, at) => fitsOne(rule as readonly Schema[], value, at),
  $ref: (rule, value, at) => {
    const [file = "", pointer = ""] = String(rule).split("#");
    const root = file === "" ? at.root : readSchema(file);
    const target = pointer
      .split("/")
      .slice(1)
      .reduce<unknown>((node, key) => (node as Schema)[key], root);
    check({ ...at, root }, target as Schema, value, at.path);
    return true;
  },
};

const formats: Readonly<Record<string, RegExp>> = {
  uri: /^[a-z][a-z+.-]*:\/?\/?[!#-;=?-[\]_a-z~]+$/iu,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u,
};

function fitsOne(schemas: readonly Schema[], value: unknown, { root, path }: Checking & { path: string }): boolean {
  return schemas.some((schema) => {
    const problems: string[] = [];
    check({ root, problems }, schema, value, path);
    return problems.length === 0;
  });
}

function hasType(type: string, value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  if (type === "integer") return Number.isSafeInteger(value);
  return type === "null" ? value === null : typeof value === type;
}
