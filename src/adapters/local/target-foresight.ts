import { accessSync, constants, realpathSync, statfsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { errnoOf, saysAbsent } from "./disk-error.ts";
import { intoError } from "./target-error.ts";

// procfs and sysfs, in which nobody can make anything whatever their permissions say, and how they refuse it. Source: statfs(2).
const kernelsOwn: ReadonlyMap<number, string> = new Map([
  [0x9fa0, "ENOENT"],
  [0x62656572, "EPERM"],
]);

/** Throws `settings` when a folder lies in one of others, is one or holds one, or lies in a `.git` folder; links are followed. */
export function assertOwnPlace(given: string, into: string, apart: readonly string[]): void {
  const real = realPlace(into);
  // On Windows and macOS git finds its folder in any case.
  if (real.split(sep).some((part) => part.toLowerCase() === ".git"))
    throw intoError(given, "that lies in a .git folder, which is git's own");
  for (const other of apart) {
    const place = realPlace(other);
    if (isWithin(real, place)) throw intoError(given, `that lies in the store ${other}`);
    if (isWithin(place, real)) throw intoError(given, `the store ${other} lies in that`);
  }
}

/** Throws what the system says when nothing can be made in a folder, or in the nearest one above that is there. */
export function assertWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    return assertWritable(dirname(folder));
  }
  const code = process.platform === "linux" ? kernelsOwn.get(statfsSync(folder).type) : undefined;
  if (code !== undefined) throw Object.assign(new Error("a file system of the kernel's own"), { code });
}

/** The path without links in it, as far as it is there. */
function realPlace(path: string): string {
  const rest: string[] = [];
  for (let above = path; ; above = dirname(above)) {
    try {
      return join(realpathSync.native(above), ...rest);
    } catch (error) {
      if (!saysAbsent(error) || dirname(above) === above) throw error;
      rest.unshift(relative(dirname(above), above));
    }
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`);
}
