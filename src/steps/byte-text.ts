import { isUtf8 } from "node:buffer";
import type { BytePath } from "../ports/folder.ts";

const beyondAscii = /[^\0-\x7f]/;

/** A path of bytes as text for people; lossy where it isn't UTF-8. */
export function textOf(path: BytePath): string {
  return beyondAscii.test(path) ? Buffer.from(path, "latin1").toString("utf8") : path;
}

/** Text as the bytes of its UTF-8, one character a byte. */
export function bytesOf(text: string): BytePath {
  return beyondAscii.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** Whether bytes are valid UTF-8, so that `textOf` loses nothing. */
export function isText(path: BytePath): boolean {
  return !beyondAscii.test(path) || isUtf8(Buffer.from(path, "latin1"));
}
