import { dirname, join, relative } from "node:path";
import type { FolderDisk } from "../ports/folder.ts";
import { bytesOf, textOf } from "./byte-text.ts";

/**
 * Where folders (absolute paths) really lie: as far as one is there, links on the way are followed, and names spelled as the disk
 * has them.
 */
export function realFolders(folders: readonly string[], disk: Pick<FolderDisk, "at">): readonly string[] {
  return folders.map((folder) => {
    for (let above = folder; ; above = dirname(above)) {
      const found = disk.at(bytesOf(above)).resolve("");
      if (found !== undefined) return join(textOf(found.path), relative(above, folder));
      if (dirname(above) === above) return folder;
    }
  });
}
