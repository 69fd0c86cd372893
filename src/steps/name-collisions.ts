import type { BytePath } from "../ports/folder.ts";
import { isText, textOf } from "./byte-text.ts";

/** Pairs of paths that are one and the same where names have no case, or accents are written in one way only; as text. */
export function nameCollisions(paths: Iterable<BytePath>): (readonly [string, string])[] {
  const seen = new Map<string, BytePath>();
  const pairs: (readonly [string, string])[] = [];
  for (const path of paths) {
    const folded = fold(path);
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else pairs.push([textOf(other), textOf(path)]);
  }
  return pairs;
}

/** Close to Unicode's case folding; bytes that aren't UTF-8 stand for themselves. */
function fold(path: BytePath): string {
  if (!isText(path)) return `\0${path.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())}`;
  return textOf(path).normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
