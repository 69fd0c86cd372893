import { fine, type Parsed, wrong } from "./parsed.ts";

/** What rclone reads of `name,option=value:path`. */
export interface ConnectionString {
  /** `r2`, or `:s3` for a backend without a configuration. */
  readonly name: string;
  /** In their order; one without a value is `true`. */
  readonly options: readonly ConnectionOption[];
  /** What is before the path, with its colon. */
  readonly remote: string;
  readonly path: string;
}

interface ConnectionOption {
  readonly name: string;
  readonly value: string;
}

// rclone.org/docs/#valid-remote-names
const configName = /^:?[\p{L}\p{N}_.+@]+(?:[ -]+[\p{L}\p{N}_.+@-]+)*$/u;

/**
 * Takes a text apart as rclone does (rclone.org/docs/#connection-strings): a value in quotes may have anything, its own
 * quotes doubled; one without ends at the next comma or colon.
 */
export function parseConnectionString(text: string): Parsed<ConnectionString> {
  const [name = ""] = /^:?[^:,/\\]*/.exec(text) ?? [];
  const end = text.charAt(name.length);
  if (end !== ":" && end !== ",") return wrong("; a colon ends the name of a remote, as in r2:backups");
  if (!configName.test(name)) return wrong(`; ${end === ":" ? nameRule : `before the first comma, ${nameRule}`}`);
  const options: ConnectionOption[] = [];
  let at = name.length;
  while (text.charAt(at) === ",") {
    const option = readOption(text, at + 1);
    if (!option.ok) return option;
    const { end: next, ...read } = option.value;
    options.push(read);
    at = next;
  }
  return fine({ name, options, remote: text.slice(0, at + 1), path: text.slice(at + 1) });
}

const nameRule = "the name of a remote has letters, digits, and _ . + @ - or spaces inside";

/** The option that starts at a place, and where the comma or colon is that ends it. */
function readOption(text: string, start: number): Parsed<ConnectionOption & { readonly end: number }> {
  const [name = ""] = /^[A-Za-z0-9_.]*/.exec(text.slice(start)) ?? [];
  if (name === "") return wrong("; an option of a remote has a name of letters, digits, _ and dots");
  const at = start + name.length;
  const sign = text.charAt(at);
  if (sign === "," || sign === ":") return fine({ name, value: "true", end: at });
  if (sign !== "=") return wrong(`; behind ${name} comes =, a comma or a colon`);
  return readValue(text, at + 1, name);
}

function readValue(text: string, start: number, name: string): Parsed<ConnectionOption & { readonly end: number }> {
  const quote = text.charAt(start);
  const isQuoted = quote === "'" || quote === '"';
  const pattern = isQuoted
    ? new RegExp(`${quote}((?:[^${quote}]|${quote}{2})*)${quote}(?=[,:])`, "y")
    : /([^,:]*)(?=[,:])/y;
  pattern.lastIndex = start;
  const [whole, value] = pattern.exec(text) ?? [];
  if (whole === undefined || value === undefined)
    return wrong(
      isQuoted ? `; the value of ${name} lacks its last ${quote}, and a comma or a colon behind it` : unended,
    );
  return fine({ name, value: isQuoted ? value.replaceAll(quote + quote, quote) : value, end: start + whole.length });
}

const unended = "; a colon ends the options of a remote, as in r2,chunk_size=64M:backups";
