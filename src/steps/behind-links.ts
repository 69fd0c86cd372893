import type { BytePath, FolderDisk } from "../ports/folder.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import { liesAmongCredentials, looksLikeCredentials } from "./credentials.ts";
import { wayDown } from "./selection-rules.ts";
import { isVersionControl } from "./vcs-folders.ts";

/** Where something really lies that a link leads to. */
export interface RealPlace {
  /** Counts from the folder that is archived if it lies in it, else from the top of the disk. Without a slash at either end. */
  readonly path: BytePath;
  readonly outside: boolean;
}

/** `real` is absolute and has no links in it; `top` is the folder that is archived. */
export function realPlace(real: BytePath, top: string): RealPlace {
  const way = wayDown(top, textOf(real));
  return way === undefined ? { path: real.replace(/^\/+/, ""), outside: true } : { path: way, outside: false };
}

/** What is in a folder. */
export function placeIn({ path, outside }: RealPlace, inFolder: BytePath): RealPlace {
  return { path: path === "" ? inFolder : `${path}/${inFolder}`, outside };
}

/** Whether a version control system keeps it for itself, whatever the link to it is called. */
export function isVersionControlAt(
  { path, outside }: RealPlace,
  { type, disk, top }: { readonly type: "file" | "dir"; readonly disk: FolderDisk; readonly top: string },
): boolean {
  const from = disk.at(outside ? "/" : bytesOf(top));
  return isVersionControl(type === "dir" ? `${path}/` : path, from);
}

/** Whether a file lies where programs keep secrets; outside of the folder nothing is taken of what else they have there, either. */
export function holdsCredentials({ path, outside }: RealPlace): boolean {
  return looksLikeCredentials(path) || (outside && liesAmongCredentials(path));
}
