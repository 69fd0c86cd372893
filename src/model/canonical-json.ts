/** A value that JSON can hold; numbers are safe integers here, so that their text is the same everywhere. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * The canonical form of a value (RFC 8785): no white space, keys in order of their UTF-16 code units, keys without a
 * value left out. Throws a TypeError for what JSON can't hold.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  if (!isRecord(value)) return scalar(value);
  const members = entriesOf(value).map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/**
 * The one way in which we write JSON files that people may open: keys in canonical order, two spaces, lists of plain
 * values on one line, a line feed at the end. One value has one such text.
 */
export function readableJson(value: unknown): string {
  return `${indented(value, "")}\n`;
}

function indented(value: unknown, margin: string): string {
  const inner = `${margin}  `;
  if (Array.isArray(value)) {
    if (!value.some((item) => typeof item === "object" && item !== null)) return `[${value.map(scalar).join(", ")}]`;
    return `[\n${value.map((item) => inner + indented(item, inner)).join(",\n")}\n${margin}]`;
  }
  if (!isRecord(value)) return scalar(value);
  const members = entriesOf(value);
  if (members.length === 0) return "{}";
  const lines = members.map(([key, member]) => `${inner}${JSON.stringify(key)}: ${indented(member, inner)}`);
  return `{\n${lines.join(",\n")}\n${margin}}`;
}

function entriesOf(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function scalar(value: unknown): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`${typeof value} has no place in JSON`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
