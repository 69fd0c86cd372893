import { nearest } from "./nearest.ts";
import { fine, type Parsed, wrong } from "./parsed.ts";
import { hasControls, oneOf, quote } from "./wording.ts";

const placeholders = ["repo", "version", "date", "short", "mode", "ref", "commit", "time", "owner", "run"];

/** The template of an archive's name. */
export function parseNameTemplate(text: string): Parsed<string> {
  const literal = literalOf(text, placeholders);
  if (!literal.ok) return literal;
  if (text === "") return wrong("; give a name, or leave it out");
  if (!/^[A-Za-z0-9._-]*$/.test(literal.value))
    return wrong(
      "; a name is made of letters, digits, dots, dashes, underscores and placeholders (name is what the archive is called; a release is called as its tag)",
    );
  if (/^[.-]/.test(text)) return wrong("; a name doesn't start with a dot or a dash");
  return literal.value.length > 80 ? wrong("; give 80 characters at most") : fine(text);
}

/** The template of the folder inside an archive: empty, or with a slash at its end. An input of an action can't be empty: `.` says the same. */
export function parsePrefixTemplate(text: string): Parsed<string> {
  const literal = literalOf(text, [...placeholders, "name"]);
  if (!literal.ok) return literal;
  if (text === "" || text === "." || text === "./") return fine("");
  if (hasControls(text) || text.includes("\\")) return wrong("; a prefix has no backslash and no control characters");
  if (text.startsWith("/")) return wrong("; a prefix is relative, without a slash before it");
  const folders = text.replace(/\/$/, "").split("/");
  if (folders.some((folder) => folder === "" || folder === "." || folder === ".."))
    return wrong("; a prefix has no . or .. and no empty part");
  return fine(`${folders.join("/")}/`);
}

/** What remains without the placeholders, all of which must be known. */
function literalOf(text: string, known: readonly string[]): Parsed<string> {
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)]
    .map((match) => match[1] ?? "")
    .find((name) => !known.includes(name));
  if (unknown !== undefined) return wrong(`; ${unknownPlaceholder(unknown, known)}`);
  const literal = text.replaceAll(/\{[^{}]*\}/g, "");
  return /[{}]/.test(literal) ? wrong("; a placeholder is written {repo}, with both braces") : fine(literal);
}

function unknownPlaceholder(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? "" : ` (did you mean {${near}}?)`;
  return `there is no placeholder ${quote(`{${name}}`)}${hint}, only ${oneOf(
    known.map((word) => `{${word}}`),
    "and",
  )}`;
}
