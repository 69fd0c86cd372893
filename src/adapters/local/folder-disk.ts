import { type BigIntStats, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { BytePath, DiskEntry, DiskName, FolderDisk } from "../../ports/folder.ts";
import { diskEntry, typeOf } from "./disk-entry.ts";
import { errnoOf } from "./disk-error.ts";
import { whyUnreadable } from "./may-open.ts";
import { bytePath, bytePathOf, nativePath, readablePath } from "./native-path.ts";
import { readSteady, Room, streamSteady } from "./read-steady.ts";
import { sourceError } from "./source-error.ts";

/** The files of a folder on this machine; links in the path of the folder itself are followed. */
export function openFolderDisk(root: string): FolderDisk {
  return new LocalDisk(bytePathOf(resolve(root)));
}

/**
 * A folder that was just reached without a link. As long as its path leads to the very same folder, what lies in it is what
 * it was; only that this folder was moved and a link put into its path's place goes unseen, for so many milliseconds.
 */
interface KnownWay {
  readonly folder: BytePath;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly until: number;
}

const trusted = 50;

class LocalDisk implements FolderDisk {
  readonly #root: BytePath;
  readonly #room = new Room();
  #lastWay: KnownWay | undefined;

  constructor(root: BytePath) {
    this.#root = root;
  }

  look(path: BytePath): DiskEntry | undefined {
    return this.#reading("look at", path, () => {
      const entry = lookAt(this.#full(path));
      // Looked for last: most of what is asked for is there, and what isn't there needs no further look.
      return entry !== undefined && this.#isPlainWay(parentOf(path)) ? entry : undefined;
    });
  }

  names(folder: BytePath): readonly DiskName[] {
    return this.#reading("list", folder, () => {
      if (!this.#isPlainWay(folder)) throw Object.assign(new Error("a link is on the way"), { code: "ENOTDIR" });
      const found = readdirSync(nativePath(this.#full(folder)), { withFileTypes: true, encoding: "buffer" });
      const names = found.map((entry) => ({ name: entry.name.toString("latin1"), type: typeOf(entry) }));
      return names.sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  link(path: BytePath): BytePath {
    const read = () => bytePath(readlinkSync(nativePath(this.#full(path)), "buffer"));
    return this.#reading("read the link", path, read);
  }

  resolve(path: BytePath): { readonly path: BytePath; readonly entry: DiskEntry } | undefined {
    return this.#reading("follow the link", path, () => {
      const end = unlessNowhere(() => bytePath(realpathSync.native(nativePath(this.#full(path)), "buffer")));
      const entry = end === undefined ? undefined : lookAt(end);
      return end === undefined || entry === undefined ? undefined : { path: end, entry };
    });
  }

  read(path: BytePath, looked: DiskEntry): Uint8Array | undefined {
    return this.#reading("read", path, () => readSteady({ native: nativePath(this.#full(path)), looked }, this.#room));
  }

  async *stream(path: BytePath, looked: DiskEntry, signal: AbortSignal, from?: number): AsyncGenerator<Uint8Array> {
    const full = this.#full(path);
    try {
      yield* streamSteady({ native: nativePath(full), name: readablePath(full), looked }, signal, from);
    } catch (error) {
      signal.throwIfAborted();
      throw sourceError(error, "read", readablePath(full));
    }
  }

  at(folder: BytePath): FolderDisk {
    return new LocalDisk(folder);
  }

  #full(path: BytePath): BytePath {
    if (path === "") return this.#root;
    return this.#root.endsWith("/") ? this.#root + path : `${this.#root}/${path}`;
  }

  /** Whether the folder is reached without a link, but for those in the root's own path. */
  #isPlainWay(folder: BytePath): boolean {
    if (folder === "") return true;
    const full = this.#full(folder);
    const now = lstatOf(full);
    if (now?.isDirectory() !== true) return false;
    const known = this.#lastWay;
    if (known?.folder === folder && known.ino === now.ino && known.dev === now.dev && performance.now() < known.until)
      return true;
    // Else a link in the root's path, or another spelling of a name (case, Unicode form) that the disk takes for the same.
    const plain =
      isRealPath(full) || ancestors(folder).every((path) => lstatOf(this.#full(path))?.isDirectory() === true);
    if (plain) this.#lastWay = { folder, dev: now.dev, ino: now.ino, until: performance.now() + trusted };
    return plain;
  }

  #reading<T>(doing: string, path: BytePath, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw sourceError(error, doing, readablePath(this.#full(path)));
    }
  }
}

function parentOf(path: BytePath): BytePath {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** `a`, `a/b` and `a/b/c` for `a/b/c`. */
function ancestors(path: BytePath): readonly BytePath[] {
  const parts = path.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function lookAt(full: BytePath): DiskEntry | undefined {
  const stat = lstatOf(full);
  if (stat === undefined) return undefined;
  const unreadable = stat.isFile() ? whyUnreadable(stat, nativePath(full)) : undefined;
  return { ...diskEntry(stat), ...(unreadable !== undefined && { unreadable }) };
}

function lstatOf(full: BytePath): BigIntStats | undefined {
  // Absent is asked for often, and an exception costs ten times a look.
  const options = { bigint: true, throwIfNoEntry: false } as const;
  return unlessNowhere(() => lstatSync(nativePath(full), options));
}

/** One call for all levels: half the price of a look at each. */
function isRealPath(full: BytePath): boolean {
  const native = nativePath(full);
  const real = unlessNowhere(() =>
    typeof native === "string"
      ? bytePathOf(realpathSync.native(native))
      : bytePath(realpathSync.native(native, "buffer")),
  );
  return real === full;
}

/** undefined when the path, or the end of a link on it, doesn't exist. */
function unlessNowhere<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    // EILSEQ: a name that isn't UTF-8, where all names are (macOS).
    if (["ENOENT", "ENOTDIR", "ELOOP", "EILSEQ"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
