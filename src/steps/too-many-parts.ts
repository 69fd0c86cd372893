import { mostParts } from "../model/archive-format.ts";
import type { Plan } from "../model/details.ts";
import { ColdstoreError } from "../model/errors.ts";
import { formatBytes, formatCount } from "../model/units.ts";

const mebibyte = 1024 * 1024;

/** What stands against splitting archives of these sizes: an error for each that would come out in more parts than can be. */
export function tooManyParts(
  sizes: Plan["sizes"],
  { name, splitSize = Infinity }: { readonly name: string; readonly splitSize?: number | undefined },
): readonly ColdstoreError[] {
  return sizes
    .filter(({ bytes }) => bytes > mostParts * splitSize)
    .map(({ format, bytes, exact }) => {
      const count = `${exact ? "" : "about "}${formatCount(Math.ceil(bytes / splitSize))} parts`;
      // An estimate may be a few per cent too low.
      const enough = Math.ceil((bytes * (exact ? 1 : 1.1)) / mostParts / mebibyte);
      return new ColdstoreError(
        "settings",
        `${name}.${format} would need ${count} of ${formatBytes(splitSize)}, and ${mostParts} is the most; use a split-size of at least ${enough}MiB`,
      );
    });
}
