import type { BytePath } from "../../ports/folder.ts";
import { bytePathOf } from "../local/native-path.ts";

const quote = "\u201b";

/**
 * The path that an archive has for one of rclone's. Rclone shows control characters as their pictures, and quotes names that
 * have such pictures themselves: both are undone. What no path can hold (`/` in a name, `.`, NUL) stays as it shows it.
 * Source: rclone's docs/content/overview.md, "Restricted filenames".
 */
export function entryPath(path: string): BytePath {
  // oxlint-disable-next-line no-control-regex
  const plain = path.replaceAll(/\u201b([\u2400-\u2421\uff0e\uff0f\u201b])|[\u2401-\u241f\u2421]/g, (shown, quoted) =>
    typeof quoted === "string" ? quoted : controlOf(shown),
  );
  return bytePathOf(plain, "/");
}

function controlOf(picture: string): string {
  return picture === "\u2421" ? "\x7f" : String.fromCharCode(picture.charCodeAt(0) - 0x2400);
}

/**
 * Whether rclone may not find a file by the very path that it has listed: bytes that aren't UTF-8 are lost, quotes misread, and
 * spaces around a name don't come through FTP.
 */
export function isDoubtful(path: string): boolean {
  return path.includes("\ufffd") || path.includes(quote) || /(^|\/) | (\/|$)/.test(path);
}

/** Whether a list of paths, one a line, can hold it. */
export function fitsLine(path: string): boolean {
  return !/[\n\r\0]/.test(path);
}
