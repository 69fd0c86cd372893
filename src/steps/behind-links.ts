import { parse } from "node:path";
import type { BytePath, FolderDisk } from "../ports/folder.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import { liesAmongCredentials, looksLikeCredentials } from "./credentials.ts";
import { wayDown } from "./selection-rules.ts";
import { isVersionControl } from "./vcs-folders.ts";

/** Where something really lies that a link leads to. */
export interface RealPlace {
  /** Counts from `from`, without a slash at either end. */
  readonly path: BytePath;
  /** The folder that is archived if it lies in it, else the top of its disk. */
  readonly from: BytePath;
  readonly outside: boolean;
}

/** `real` is absolute and has no links in it; `top` is the folder that is archived. */
export function realPlace(real: BytePath, top: string): RealPlace {
  const way = wayDown(top, textOf(real));
  if (way !== undefined) return { path: way, from: bytesOf(top), outside: false };
  const { root } = parse(textOf(real));
  return { path: real.slice(bytesOf(root).length), from: bytesOf(root), outside: true };
}

/** What is in a folder. */
export function placeIn(place: RealPlace, inFolder: BytePath): RealPlace {
  return { ...place, path: place.path === "" ? inFolder : `${place.path}/${inFolder}` };
}

/** Whether a version control system keeps it for itself, whatever the link to it is called. */
export function isVersionControlAt(
  { path, from }: RealPlace,
  { type, disk }: { readonly type: "file" | "dir"; readonly disk: FolderDisk },
): boolean {
  return isVersionControl(type === "dir" ? `${path}/` : path, disk.at(from));
}

/** Whether a file lies where programs keep secrets; outside of the folder nothing is taken of what else they have there, either. */
export function holdsCredentials({ path, outside }: RealPlace): boolean {
  return looksLikeCredentials(path) || (outside && liesAmongCredentials(path));
}
