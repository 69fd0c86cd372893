import type { BytePath } from "../ports/folder.ts";
import { isText, textOf } from "./byte-text.ts";

/**
 * Pairs of paths that are one and the same where names have no case, or accents are written in one way only; as text. What lies
 * in two such folders is left to them. Paths come in the archive's order, folders with a trailing slash.
 */
export function nameCollisions(paths: Iterable<BytePath>): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  // The folders on the way to where the paths have come to, each with the names seen in it.
  let open: { readonly path: BytePath; readonly seen: Map<string, BytePath> }[] = [{ path: "", seen: new Map() }];
  for (const path of paths) {
    open = open.filter((folder) => path.startsWith(folder.path));
    const { seen, path: folder } = open.at(-1) ?? { seen: new Map<string, BytePath>(), path: "" };
    const isFolder = path.endsWith("/");
    const plain = isFolder ? path.slice(0, -1) : path;
    const folded = fold(plain.slice(folder.length));
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, plain);
    else pairs.push([textOf(other), textOf(plain)]);
    if (isFolder) open.push({ path, seen: new Map() });
  }
  return pairs;
}

/** A path as all its spellings have it, in case and in Unicode form. Close to Unicode's case folding; bytes that aren't UTF-8 stand for themselves. */
export function fold(path: BytePath): string {
  if (/^[ -@[-~]*$/.test(path)) return path;
  if (!isText(path)) return `\0${path.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())}`;
  return textOf(path).normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
