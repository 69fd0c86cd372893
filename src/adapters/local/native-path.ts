import { sep as systems } from "node:path";
import type { BytePath } from "../../ports/folder.ts";

/** A path as node:fs takes it, made of its bytes: names that aren't UTF-8 only survive in a buffer, a string is faster. */
export function nativePath(path: BytePath, sep = systems): string | Buffer {
  if (isAscii(path)) return path;
  const bytes = Buffer.from(path, "latin1");
  // Windows names are UTF-16, which node:fs gives and takes as UTF-8; a lone surrogate can't be had.
  return sep === "\\" ? bytes.toString("utf8") : bytes;
}

/** Bytes that node:fs gave for a path or a link's target; Windows separates with a backslash, which no name has there. */
export function bytePath(native: Buffer, sep = systems): BytePath {
  return withSlashes(native.toString("latin1"), sep);
}

/** A path as the system gives it, with `/` between its parts. */
export function withSlashes(path: string, sep = systems): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}

/** A path that the system or a person gave as text. */
export function bytePathOf(text: string, sep = systems): BytePath {
  return bytePath(Buffer.from(text, "utf8"), sep);
}

/** The path for a person to read; bytes that aren't UTF-8 are lost. */
export function readablePath(path: BytePath): string {
  return isAscii(path) ? path : Buffer.from(path, "latin1").toString("utf8");
}

function isAscii(path: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return !/[^\x00-\x7f]/.test(path);
}
