import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  symlinkSync,
} from "node:fs";
import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath } from "../../ports/folder.ts";
import type { FileSink, NewFile } from "../../ports/restore-target.ts";
import type { ByteRange } from "../../ports/store.ts";
import { errnoOf } from "./disk-error.ts";
import { bytePathOf, nativePath, readablePath } from "./native-path.ts";
import { NewFileSink } from "./new-file-sink.ts";
import { setTime } from "./set-time.ts";
import { takenError, targetError } from "./target-error.ts";
import type { TriedTraits } from "./try-traits.ts";

export interface TreePlace {
  /** The folder that is filled; it is there, and empty. */
  readonly root: string;
  /** What the root is called in sentences. */
  readonly shown: string;
  readonly tried: TriedTraits;
}

// Windows has no O_NOFOLLOW (undefined, which is 0 to an `|`); O_EXCL does for it where a file is made.
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Files and folders that are made new, and nothing else: a name that is taken is an error, whatever took it. Folders are private
 * and writable until `setFolders`, links wait for `makeLinks`.
 */
export class TargetTree {
  readonly #shown: string;
  readonly #tried: TriedTraits;
  readonly #base: BytePath;
  /** Those that were made, with what they get in the end. */
  readonly #folders = new Map<BytePath, NewFile | undefined>([["", undefined]]);
  readonly #links = new Map<BytePath, BytePath>();
  readonly #open = new Set<NewFileSink>();

  constructor({ root, shown, tried }: TreePlace) {
    this.#base = bytePathOf(root);
    this.#shown = shown;
    this.#tried = tried;
  }

  folder(path: BytePath, made: NewFile): void {
    this.#makeFolder(path);
    this.#folders.set(path, { ...made, mode: made.mode & this.#tried.kept });
  }

  file(path: BytePath, made: NewFile): FileSink {
    this.#makeAbove(path);
    const { traits, kept } = this.#tried;
    const bits = traits.modes ? made.mode & kept : 0o666;
    const file = this.#do("make", path, () =>
      openSync(this.#native(path), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, bits),
    );
    const sink = new NewFileSink(file, {
      shown: this.#name(path),
      ...(made.mtime !== undefined && { mtime: made.mtime }),
      closed: () => this.#open.delete(sink),
    });
    this.#open.add(sink);
    return sink;
  }

  link(path: BytePath, link: BytePath): void {
    this.#makeAbove(path);
    if (this.#links.has(path) || this.#folders.has(path)) throw takenError(this.#name(path));
    this.#links.set(path, link);
  }

  read(path: BytePath, range?: ByteRange): Uint8Array {
    for (let at = path.length; at !== -1; at = path.lastIndexOf("/", at - 1)) this.#check(path.slice(0, at));
    return this.#do("read", path, () => {
      const file = this.#openToRead(this.#native(path));
      try {
        if (!fstatSync(file).isFile()) throw takenError(this.#name(path));
        return range === undefined ? readFileSync(file) : readRange(file, range);
      } finally {
        closeSync(file);
      }
    });
  }

  makeLinks(): void {
    for (const [path, link] of this.#links)
      this.#do("make the link", path, () => symlinkSync(nativePath(link), this.#native(path)));
    this.#links.clear();
  }

  /** Gives those of the folders their bits and times, the deepest first; `root` is where the tree lies now. */
  setFolders(root: string, which: (path: BytePath) => boolean): void {
    const base = bytePathOf(root);
    const chosen = [...this.#folders].filter(([path]) => which(path));
    // What is in a folder has a longer path than it.
    for (const [path, made] of chosen.sort(([a], [b]) => b.length - a.length))
      this.#do("set the permissions and time of", path, () => this.#setFolder(nativePath(joined(base, path)), made));
  }

  /** The bits that the root gets: as it was given, or as any new folder has. */
  get rootBits(): number {
    return (this.#folders.get("")?.mode ?? this.#tried.kept) & 0o777;
  }

  /** Decides on the root's bits, whatever it was given; its time stays. */
  set rootBits(mode: number) {
    this.#folders.set("", { ...this.#folders.get(""), mode });
  }

  /** Closes what is still open. */
  close(): void {
    for (const sink of this.#open) sink.abandon();
  }

  #setFolder(native: string | Buffer, made: NewFile | undefined): void {
    const { traits, kept } = this.#tried;
    const mode = traits.modes ? (made?.mode ?? kept) : undefined;
    if (process.platform === "win32") {
      if (made?.mtime !== undefined) setTime(native, made.mtime);
      return;
    }
    const folder = openSync(native, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      if (mode !== undefined) fchmodSync(folder, mode);
      if (made?.mtime !== undefined) setTime(folder, made.mtime);
    } finally {
      closeSync(folder);
    }
  }

  #openToRead(native: string | Buffer): number {
    const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
    try {
      return openSync(native, flags);
    } catch (error) {
      if (errnoOf(error) !== "EACCES") throw error;
    }
    // One that its own bits forbid to read.
    const { mode } = lstatSync(native);
    chmodSync(native, 0o600);
    const file = openSync(native, flags);
    fchmodSync(file, mode & 0o777);
    return file;
  }

  #makeAbove(path: BytePath): void {
    this.#check(path);
    const slash = path.lastIndexOf("/");
    if (slash !== -1) this.#makeFolder(path.slice(0, slash));
  }

  #makeFolder(path: BytePath): void {
    if (this.#folders.has(path)) return;
    this.#makeAbove(path);
    this.#do("make the folder", path, () => mkdirSync(this.#native(path), 0o700));
    this.#folders.set(path, undefined);
  }

  /** Who calls has seen to it; this is for the case that he hasn't. */
  #check(path: BytePath): void {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isName = path[0] !== "/" && name !== "" && name !== "." && name !== ".." && !name.includes("\0");
    if (!isName || (this.#tried.traits.windowsNames && /[\\:]/.test(name)))
      throw new ColdstoreError("bug", `"${readablePath(path)}" can't be a path in a restored tree`);
  }

  #do<T>(doing: string, path: BytePath, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (errnoOf(error) === "EEXIST") throw takenError(this.#name(path), error);
      throw targetError(error, doing, this.#name(path));
    }
  }

  #native(path: BytePath): string | Buffer {
    return nativePath(joined(this.#base, path));
  }

  #name(path: BytePath): string {
    return path === "" ? this.#shown : `${this.#shown}/${readablePath(path)}`;
  }
}

function joined(base: BytePath, path: BytePath): BytePath {
  return path === "" ? base : `${base}/${path}`;
}

function readRange(file: number, { start, end }: ByteRange): Uint8Array {
  const data = Buffer.allocUnsafe(Math.max(0, Math.min(end, fstatSync(file).size) - start));
  let filled = 0;
  while (filled < data.length) {
    const read = readSync(file, data, filled, data.length - filled, start + filled);
    if (read === 0) break;
    filled += read;
  }
  return data.subarray(0, filled);
}
