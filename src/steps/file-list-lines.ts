import { isUtf8 } from "node:buffer";
import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";

/** The line of a file list for an entry, with its line feed: JSON, keys always in this order, absent ones left out. */
export function fileListLine(entry: Entry): string {
  const line = {
    path: entry.path,
    path_b64: entry.pathBytes && base64(entry.pathBytes),
    type: entry.type,
    mode: entry.mode.toString(8).padStart(4, "0"),
    size: entry.size,
    sha256: entry.sha256,
    link: entry.link,
    link_b64: entry.linkBytes && base64(entry.linkBytes),
    offset: entry.offset,
  };
  return `${JSON.stringify(line)}\n`;
}

/** The entry that a line (without its line feed) stands for. Rejects with `integrity`, naming the line, when it isn't exactly right. */
export function parseFileListLine(line: Uint8Array, lineNumber: number): Entry {
  const wrong = (what: string, cause?: unknown): ColdstoreError =>
    new ColdstoreError(
      "integrity",
      `line ${lineNumber} of the file list is damaged: ${what}. Use another copy of it.`,
      cause === undefined ? undefined : { cause },
    );
  if (!isUtf8(line)) throw wrong("it isn't UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line).toString("utf8"));
  } catch (error) {
    throw wrong("it isn't JSON", error);
  }
  if (!isRecord(value)) throw wrong("it isn't an object");
  const entry = entryOf(value);
  if (typeof entry === "string") throw wrong(entry);
  return entry;
}

/** A name as bytes, in the two forms that an Entry has: text, and the bytes when these aren't UTF-8. */
export function nameOf(bytes: Uint8Array): { readonly text: string; readonly bytes?: Uint8Array } {
  const text = Buffer.from(bytes).toString("utf8");
  return isUtf8(bytes) ? { text } : { text, bytes };
}

type Row = Readonly<Record<string, unknown>>;

function entryOf(row: Row): Entry | string {
  const path = nameIn(row, "path");
  if (typeof path === "string") return path;
  const { text } = path;
  if (text === "" || text.includes("\0") || text.startsWith("/") || text.endsWith("/"))
    return '"path" isn\'t a relative path without a trailing slash';
  if (typeof row["mode"] !== "string" || !/^[0-7]{4}$/.test(row["mode"])) return '"mode" isn\'t four octal digits';
  const rest = contentOf(row);
  if (typeof rest === "string") return rest;
  return { path: text, ...(path.bytes && { pathBytes: path.bytes }), mode: Number.parseInt(row["mode"], 8), ...rest };
}

function contentOf(row: Row): Omit<Entry, "path" | "pathBytes" | "mode"> | string {
  const { type, size, sha256, offset } = row;
  if (!isCount(size)) return '"size" isn\'t a whole number';
  if (type === "file") {
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return '"sha256" isn\'t a digest';
    if (!isCount(offset)) return '"offset" isn\'t a whole number';
    return has(row, ["link", "link_b64"]) ?? { type, size, sha256, offset };
  }
  if (type !== "symlink" && type !== "dir") return '"type" is none of file, symlink, dir';
  if (size !== 0) return `a ${type} has a "size" other than 0`;
  if (type === "dir") return has(row, ["sha256", "offset", "link", "link_b64"]) ?? { type, size };
  const link = nameIn(row, "link");
  if (typeof link === "string") return link;
  return (
    has(row, ["sha256", "offset"]) ?? { type, size, link: link.text, ...(link.bytes && { linkBytes: link.bytes }) }
  );
}

function nameIn(row: Row, key: "path" | "link"): { readonly text: string; readonly bytes?: Uint8Array } | string {
  const text = row[key];
  const encoded = row[`${key}_b64`];
  if (typeof text !== "string") return `"${key}" isn't text`;
  if (encoded === undefined) return { text };
  const bytes = typeof encoded === "string" ? Buffer.from(encoded, "base64") : undefined;
  const faithful = bytes !== undefined && base64(bytes) === encoded && !isUtf8(bytes);
  if (!faithful || bytes.toString("utf8") !== text) return `"${key}_b64" and "${key}" don't belong together`;
  return { text, bytes };
}

function has(row: Row, keys: readonly string[]): string | undefined {
  const key = keys.find((name) => row[name] !== undefined);
  return key && `a ${String(row["type"])} has a "${key}"`;
}

function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
