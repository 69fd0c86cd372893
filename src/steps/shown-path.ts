import { cutToWidth, visibleText } from "../model/visible-text.ts";
import type { BytePath } from "../ports/folder.ts";
import { textOf } from "./byte-text.ts";

const mostColumns = 200;

/** A path that anyone may have made up, for a sentence: quoted, on one line, cut where it is very long. */
export function shownPath(path: BytePath): string {
  return `"${cutToWidth(visibleText(textOf(path.slice(0, 4 * mostColumns))), mostColumns)}"`;
}
