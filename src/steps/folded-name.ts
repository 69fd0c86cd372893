import type { BytePath } from "../ports/folder.ts";
import type { TargetTraits } from "../ports/restore-target.ts";
import { isText, textOf } from "./byte-text.ts";

type Folding = Pick<TargetTraits, "foldsCase" | "normalizes" | "windowsNames">;

/**
 * A name as all have it that could be one with it there; two names that differ in this are two. Case is folded in full (`ß` is
 * `ss`, the Kelvin sign `k`), as APFS and ext4 do, and more than NTFS does; forms are brought to NFD, and what Unicode calls
 * ignorable is ignored, as HFS+ and ext4 do. Bytes that aren't UTF-8 stand for themselves.
 */
export function foldedName(name: BytePath, { foldsCase, normalizes, windowsNames }: Folding): string {
  const kept = windowsNames && /[. ]$/.test(name) ? name.replace(/(?<=[^. ])[. ]+$/, "") : name;
  if (!foldsCase && !normalizes) return kept;
  if (/^[ -@[-~]*$/.test(kept)) return kept;
  if (!isText(kept)) return `\0${foldsCase ? asciiLower(kept) : kept}`;
  const text = normalizes ? textOf(kept).normalize("NFD").replaceAll(ignorable, "") : textOf(kept);
  if (!foldsCase) return text;
  // Once more each way: `ẞ` has no upper case of its own, but what is its lower case has.
  return text.toLowerCase().toUpperCase().toLowerCase();
}

const ignorable = /\p{Default_Ignorable_Code_Point}/gu;

function asciiLower(name: BytePath): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
