import type { BytePath, DiskEntry, DiskName, DiskType } from "../../ports/folder.ts";
import { readablePath } from "../local/native-path.ts";
import { entryPath } from "./entry-name.ts";
import type { RemoteFile } from "./rclone.ts";

/** What lies on a remote and isn't a file that rclone gives. */
export interface PassedOver {
  readonly path: string;
  readonly kind: "link" | "no file";
}

/** What a listing tells of a remote's folder, as a disk would show it; it changes when a file turns out to have changed. */
export class RemoteTree {
  readonly #files = new Map<BytePath, { readonly file: RemoteFile; readonly entry: DiskEntry }>();
  readonly #folders = new Map<BytePath, Map<BytePath, DiskType>>([["", new Map()]]);
  readonly #others = new Map<BytePath, DiskEntry>();
  /** Paths that no archive can hold. */
  readonly impossible: string[] = [];

  constructor(files: readonly RemoteFile[], folders: readonly string[], others: readonly PassedOver[] = []) {
    for (const folder of folders) this.#addFolder(entryPath(folder));
    for (const file of files) this.#addFile(file);
    for (const other of others) this.#addOther(other);
    for (const [path, { file }] of this.#files)
      if (this.#folders.has(path)) this.#block(path, file, "it is a folder there, too. Rename one of the two.");
  }

  look(path: BytePath): DiskEntry | undefined {
    return (
      this.#files.get(path)?.entry ?? this.#others.get(path) ?? (this.#folders.has(path) ? folderEntry : undefined)
    );
  }

  /** In byte order; undefined for what isn't a folder. */
  names(folder: BytePath): readonly DiskName[] | undefined {
    const names = this.#folders.get(folder);
    return names && Array.from(names, ([name, type]) => ({ name, type })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  file(path: BytePath): RemoteFile | undefined {
    return this.#files.get(path)?.file;
  }

  /** All files, in no order. */
  paths(): readonly BytePath[] {
    return [...this.#files.keys()];
  }

  /** Notes what a file is now; undefined: it's gone. */
  renew(path: BytePath, file: RemoteFile | undefined): void {
    if (file === undefined) this.#files.delete(path);
    else this.#files.set(path, { file, entry: entryOf(file) });
  }

  #addFile(file: RemoteFile): void {
    const path = entryPath(file.path);
    if (!isPossible(path)) this.impossible.push(file.path);
    else if (this.#files.has(path)) this.#block(path, file, "several files there have this path. Rename all but one.");
    else {
      this.#files.set(path, { file, entry: entryOf(file) });
      this.#namesAbove(path).set(path.slice(path.lastIndexOf("/") + 1), "file");
    }
  }

  #addOther({ path: listed, kind }: PassedOver): void {
    const path = entryPath(listed);
    const names = this.#namesAbove(path);
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!isPossible(path) || names.has(name)) return;
    const type = kind === "link" ? "symlink" : "device";
    this.#others.set(path, { type, executable: false, bytes: 0, mtime: 0, signature: type });
    names.set(name, type);
  }

  #block(path: BytePath, file: RemoteFile, why: string): void {
    this.#files.set(path, {
      file,
      entry: { ...entryOf(file), unreadable: `can't read ${readablePath(path)}: ${why}` },
    });
  }

  #addFolder(path: BytePath): void {
    if (!isPossible(path)) this.impossible.push(readablePath(path));
    else if (!this.#folders.has(path)) this.#namesIn(path);
  }

  #namesAbove(path: BytePath): Map<BytePath, DiskType> {
    return this.#namesIn(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  }

  /** Makes the folder, and those on its way, if it isn't there yet. */
  #namesIn(folder: BytePath): Map<BytePath, DiskType> {
    for (let at = folder, inner: BytePath | undefined; ;) {
      const known = this.#folders.get(at);
      const names = known ?? new Map<BytePath, DiskType>();
      if (inner !== undefined && !names.has(inner)) names.set(inner, "dir");
      if (known !== undefined) break;
      this.#folders.set(at, names);
      inner = at.slice(at.lastIndexOf("/") + 1);
      at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
    }
    return this.#folders.get(folder) ?? new Map<BytePath, DiskType>();
  }
}

const folderEntry: DiskEntry = { type: "dir", executable: false, bytes: 0, mtime: 0, signature: "dir" };

function entryOf({ path, bytes, modified }: RemoteFile): DiskEntry {
  const time = modified?.getTime() ?? 0;
  const isKnown = Number.isSafeInteger(bytes) && bytes >= 0;
  return {
    type: "file",
    executable: false,
    bytes: isKnown ? bytes : 0,
    mtime: Math.floor(time / 1000),
    // What comes is compared with the digest, which the listing may not have yet.
    signature: `${bytes}.${time}`,
    ...(!isKnown && {
      unreadable: `can't read ${path}: the remote doesn't tell its size, as for a document that is made anew whenever it is fetched. Export it, or leave it out with exclude.`,
    }),
  };
}

function isPossible(path: BytePath): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
}
