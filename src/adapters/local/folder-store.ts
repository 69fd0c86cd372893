import { link } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import type * as port from "../../ports/store.ts";
import { statOrAbsent } from "./compare-file.ts";
import { concurrently } from "./concurrently.ts";
import { deleteFile } from "./delete-file.ts";
import { diskError } from "./disk-error.ts";
import { diskOf } from "./free-space.ts";
import { foldersAbove, keyPath, scratchFolder } from "./key-path.ts";
import { listFolder } from "./list-folder.ts";
import { openObject, streamObject } from "./open-object.ts";
import { preflightFolder } from "./preflight-folder.ts";
import type { Link } from "./publish-file.ts";
import { PutSession, storedObject } from "./put-session.ts";
import { readSmall } from "./read-small.ts";
import { removeDeadScratch } from "./remove-dead-scratch.ts";
import { syncFolder } from "./sync-folder.ts";
import { ScratchRoot } from "./workspace.ts";

export interface FolderStoreOptions {
  /** Absolute path of the store's folder; made when the first object comes. */
  readonly path: string;
  /** As the person wrote it. */
  readonly name: string;
  /** Only the files that lie in the folder itself, not those of the folders in it: for reading a folder that isn't a store. */
  readonly flat?: boolean;
  /** How a file gets a second name; link(2) unless told. */
  readonly link?: Link;
  /** Epoch milliseconds; this machine's clock unless told. */
  now?(): number;
}

/** A store whose half-made things can be removed at once, without waiting, when the process is about to exit hard. */
export interface LocalStore extends port.Store {
  removeScratchNow(): void;
}

/**
 * A folder as a store: a key is a path in it. Objects are read-only files, whole and durable before they are seen under their
 * names, on any file system. Links in it aren't followed; what isn't a plain file is no object.
 */
export function openFolderStore(options: FolderStoreOptions): LocalStore {
  return new FolderStore(options);
}

const atOnce = 8;

class FolderStore implements LocalStore {
  readonly name: string;
  readonly traits: port.StoreTraits;
  readonly #root: string;
  readonly #scratchRoot: string;
  readonly #scratch: ScratchRoot;
  readonly #options: FolderStoreOptions;
  readonly #mode = 0o444 & ~process.umask();
  /** Folders in which names were made since the last settle. */
  #unsettled = new Set<string>();

  constructor(options: FolderStoreOptions) {
    this.name = options.name;
    this.traits = {
      digests: [],
      flat: options.flat === true,
      records: options.flat !== true,
      ranges: true,
      cold: false,
    };
    this.#options = options;
    this.#root = resolve(options.path);
    this.#scratchRoot = join(this.#root, scratchFolder);
    this.#scratch = new ScratchRoot(this.#scratchRoot);
  }

  async preflight(need: port.Need, io: port.Io): Promise<readonly ColdstoreError[]> {
    io.signal.throwIfAborted();
    if (need.write) await removeDeadScratch(this.#scratchRoot);
    const now = (): number => this.#options.now?.() ?? Date.now();
    return preflightFolder({ root: this.#root, name: this.name, scratch: this.#scratch, now }, need);
  }

  async disk(): Promise<string | undefined> {
    return diskOf(this.#root);
  }

  async *list(prefix: string, io: port.Io): AsyncGenerator<port.StoredObject> {
    for await (const { key, stat } of listFolder({
      root: this.#root,
      prefix,
      flat: this.traits.flat,
      signal: io.signal,
    }))
      yield storedObject(key, stat);
  }

  async stat(key: string, io: port.Io): Promise<port.StoredObject | undefined> {
    io.signal.throwIfAborted();
    const path = keyPath(this.#root, key);
    const stat = await statOrAbsent(path).catch((error: unknown) => {
      throw diskError(error, "look at", path);
    });
    return stat?.isFile() === true ? storedObject(key, stat) : undefined;
  }

  async *put(items: AsyncIterable<port.Put> | Iterable<port.Put>, io: port.Io): AsyncGenerator<port.PutOutcome> {
    await using session = this.#session();
    yield* concurrently(items, { limit: atOnce, signal: io.signal }, (item) => session.put(item, io));
  }

  async settle(io: port.Io): Promise<void> {
    io.signal.throwIfAborted();
    const folders = this.#unsettled;
    this.#unsettled = new Set();
    try {
      await Promise.all([...folders].map((folder) => syncFolder(folder)));
    } catch (error) {
      for (const folder of folders) this.#unsettled.add(folder);
      throw error;
    }
  }

  async open(key: string, range: port.ByteRange | undefined, io: port.Io): Promise<Readable> {
    io.signal.throwIfAborted();
    const path = keyPath(this.#root, key);
    const handle = await openObject(path).catch((error: unknown) => {
      throw diskError(error, "read", path);
    });
    if (handle === undefined) throw new ColdstoreError("not-found", `${this.name} has no ${key}. List what it has.`);
    return streamObject(handle, { key, path, range, io });
  }

  async *read(keys: readonly string[], io: port.Io): AsyncGenerator<port.SmallObject> {
    yield* concurrently(keys, { limit: atOnce, signal: io.signal }, (key) => readSmall(this.#root, key, io));
  }

  async replace(key: string, artifact: Artifact, io: port.Io): Promise<port.StoredObject> {
    await using session = this.#session();
    return await session.replace({ key, artifact }, io);
  }

  async *delete(keys: readonly string[], io: port.Io): AsyncGenerator<port.DeleteOutcome> {
    yield* concurrently(keys, { limit: atOnce, signal: io.signal }, (key) => this.#delete(key));
  }

  removeScratchNow(): void {
    this.#scratch.removeScratchNow();
  }

  async #delete(key: string): Promise<port.DeleteOutcome> {
    try {
      const path = keyPath(this.#root, key);
      await deleteFile(this.#root, path);
      this.#touch(path);
      return { key, outcome: "removed" };
    } catch (error) {
      return { key, outcome: "failed", error: diskError(error, "delete", join(this.#root, key)) };
    }
  }

  #session(): PutSession {
    return new PutSession({
      root: this.#root,
      scratch: this.#scratch,
      ownFolder: this.#scratchRoot,
      mode: this.#mode,
      link: this.#options.link ?? link,
      named: (path) => this.#touch(path),
    });
  }

  #touch(path: string): void {
    for (const folder of foldersAbove(this.#root, path)) this.#unsettled.add(folder);
    this.#unsettled.add(resolve(this.#root, ".."));
  }
}
