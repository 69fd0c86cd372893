import { createReadStream } from "node:fs";
import { ColdstoreError } from "../../model/errors.ts";
import type { BytePath, DiskEntry, DiskName, FetchedFiles, FolderDisk } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import { readablePath } from "../local/native-path.ts";
import type { FarFiles } from "./far-files.ts";
import type { FileFetcher } from "./file-fetcher.ts";
import { findAgain } from "./find-again.ts";
import { changedMeanwhile, remoteError } from "./remote-error.ts";
import { streamRemote } from "./stream-remote.ts";

/** What all disks of one remote have in common. */
export interface RemoteContents {
  readonly far: FarFiles;
  readonly fetcher: FileFetcher;
}

const pieceBytes = 1 << 20;

/** A folder of a remote as its listing has it; contents come through scratch, those of large files straight. */
export class RemoteDisk implements FolderDisk {
  readonly #contents: RemoteContents;
  /** Empty, or ending with a slash. */
  readonly #within: BytePath;

  constructor(contents: RemoteContents, within: BytePath = "") {
    this.#contents = contents;
    this.#within = within;
  }

  look(path: BytePath): DiskEntry | undefined {
    return this.#contents.far.tree.look(this.#full(path));
  }

  names(folder: BytePath): readonly DiskName[] {
    const names = this.#contents.far.tree.names(this.#full(folder));
    if (names === undefined)
      throw new ColdstoreError("source", `can't list ${readablePath(folder)}: it is no folder of the remote`);
    return names;
  }

  link(): BytePath {
    throw noLinks();
  }

  resolve(path: BytePath): { readonly path: BytePath; readonly entry: DiskEntry } | undefined {
    const entry = this.look(path);
    if (entry?.type === "symlink") throw noLinks();
    return entry && { path: this.#full(path), entry };
  }

  read(path: BytePath, looked: DiskEntry): Uint8Array | undefined {
    const full = this.#full(path);
    const listed = this.#contents.far.tree.look(full);
    if (listed?.signature !== looked.signature) return undefined;
    const data = this.#contents.fetcher.read(full);
    if (data === undefined) throw new ColdstoreError("bug", `${readablePath(full)} was read before it was fetched`);
    return data;
  }

  async *stream(path: BytePath, looked: DiskEntry, signal: AbortSignal, from = 0): AsyncGenerator<Uint8Array> {
    const { far, fetcher } = this.#contents;
    const full = this.#full(path);
    const file = far.tree.file(full);
    if (file === undefined || far.tree.look(full)?.signature !== looked.signature)
      throw changedMeanwhile(readablePath(full));
    const place = fetcher.place(full);
    const io: Io = { signal, progress: () => undefined };
    if (place !== undefined) yield* createReadStream(place, { start: from, highWaterMark: pieceBytes, signal });
    else {
      try {
        const kind = yield* streamRemote(far, { file, from }, io);
        if (from === 0) far.checked.set(full, kind);
      } catch (thrown) {
        signal.throwIfAborted();
        await this.#lookAgain(full, io);
        throw thrown;
      }
    }
  }

  at(folder: BytePath): FolderDisk {
    throw new ColdstoreError("bug", `${readablePath(folder)} isn't on the remote's own disk`);
  }

  async fetch(paths: readonly BytePath[], signal: AbortSignal): Promise<FetchedFiles> {
    return this.#contents.fetcher.fetch(this.#within === "" ? paths : paths.map((path) => this.#full(path)), signal);
  }

  /** So that another try takes the file as it is now. */
  async #lookAgain(full: BytePath, io: Io): Promise<void> {
    const { rclone, tree, hashes } = this.#contents.far;
    const file = tree.file(full);
    if (file === undefined) return;
    try {
      const [again] = await findAgain(rclone, { files: [{ path: full, of: file }], hashes }, io);
      tree.renew(full, again?.now);
    } catch (thrown) {
      io.signal.throwIfAborted();
      throw remoteError(thrown, `can't look at ${file.path}`);
    }
  }

  #full(path: BytePath): BytePath {
    return path === "" ? this.#within.slice(0, -1) : this.#within + path;
  }
}

function noLinks(): ColdstoreError {
  return new ColdstoreError("source", "rclone brings no links; symlinks: skip leaves them out");
}
