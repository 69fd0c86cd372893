import type { BytePath, FolderDisk } from "../../src/ports/folder.ts";
import type { Repository } from "../../src/ports/repository.ts";
import type { FolderEntry } from "../../src/steps/folder-entry.ts";

export interface EntriesOf {
  /** Absent: the files' own. */
  readonly mtime?: number;
  readonly lfs?: Repository;
}

/** Everything of a folder as entries in the archive's order. */
export function entriesOf(disk: FolderDisk, options: EntriesOf = {}): readonly FolderEntry[] {
  return below(disk, "", options).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function below(disk: FolderDisk, folder: BytePath, options: EntriesOf): FolderEntry[] {
  return disk.names(folder).flatMap(({ name }): FolderEntry[] => {
    const path = folder === "" ? name : `${folder}/${name}`;
    const looked = disk.look(path)!;
    const head = { path, mtime: options.mtime ?? looked.mtime };
    if (looked.type === "dir") return [{ ...head, mode: 0o755, type: "dir" }, ...below(disk, path, options)];
    if (looked.type === "symlink") return [{ ...head, mode: 0o777, type: "symlink", link: disk.link(path) }];
    const own = options.mtime === undefined && ({ ownTime: true } as const);
    const content = { kind: "disk", disk, path, looked, ...own } as const;
    const { bytes, executable } = looked;
    const lfs = options.lfs === undefined ? {} : { lfs: options.lfs };
    return [{ ...head, mode: executable ? 0o755 : 0o644, type: "file", bytes, content, ...lfs }];
  });
}

function keyOf({ path, type }: FolderEntry): BytePath {
  return type === "dir" ? `${path}/` : path;
}
