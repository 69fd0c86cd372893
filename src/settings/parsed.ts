import { resolve, sep } from "node:path";

/** A value, or what is wrong with the text: the end of a sentence that begins `--name is "text"`. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly wrong: string };

/** Where a text was written: what its relative paths count from. */
export interface Place {
  /** Absolute. */
  readonly base: string;
  readonly home?: string;
}

export function placeOf(base: string, home: string | undefined): Place {
  return home === undefined ? { base } : { base, home };
}

export const fine = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const wrong = (why: string): Parsed<never> => ({ ok: false, wrong: why });

/** A path of a flag or of a file as an absolute one; `~/` is the home folder, and so is `~` with the system's own separator. */
export function absolute(text: string, place: Place, own = sep): Parsed<string> {
  if (text !== "~" && !text.startsWith("~/") && !text.startsWith(`~${own}`)) return fine(resolve(place.base, text));
  return place.home === undefined || place.home === ""
    ? wrong(", but HOME isn't set; write the whole path")
    : fine(resolve(place.home, text.slice(2)));
}
