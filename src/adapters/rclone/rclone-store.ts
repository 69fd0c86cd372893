import type { Readable } from "node:stream";
import { join } from "node:path";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import type * as port from "../../ports/store.ts";
import type { Scratch, Workspace } from "../../ports/workspace.ts";
import { batchedPuts } from "./batched-puts.ts";
import { deleteKeys } from "./delete-keys.ts";
import { shareConfig } from "./open-rclone.ts";
import { HalfMade } from "./half-made.ts";
import { openRemoteObject } from "./open-remote-object.ts";
import { preflightRemote } from "./preflight-remote.ts";
import { putBatch } from "./put-batch.ts";
import type { HashName, Rclone, RemoteFile } from "./rclone.ts";
import { rcloneOf, reachedThrough, type ReachedStore } from "./rclone-of.ts";
import { readMany } from "./read-many.ts";
import { assertKey, folderOfPrefix, isHalfMade } from "./remote-key.ts";
import { remoteObject } from "./remote-object.ts";
import { replaceObject } from "./replace-object.ts";
import { takeAcross } from "./take-across.ts";
import { Unsettled } from "./unsettled.ts";

export interface RcloneStoreOptions {
  readonly rclone: Rclone;
  /** Where files lie on their way; on the file system of the run's artifacts they needn't be copied. */
  readonly scratch: Pick<Workspace, "scratch">;
  /** As the person wrote it. */
  readonly name: string;
  /** Of payload alone: what is read to find, list and check sets stays in the remote's usual one. */
  readonly storageClass?: string;
  /** Milliseconds that what a killed run may have left is watched before it's taken for that; 2000 unless told. */
  readonly patienceMs?: number;
}

/**
 * A folder of a remote as a store: a key is a path in it. Objects are proven by the digest that the remote reports, where it
 * reports one. What is there is never overwritten; but nothing decides between two writers that both found nothing, and `settle` is
 * where the one that lost finds out.
 */
export function openRcloneStore(options: RcloneStoreOptions): port.Store {
  const store = new RcloneStore(options);
  return Object.assign(store, reachedThrough(options.rclone)) satisfies ReachedStore;
}

const mostOpened = 100;

class RcloneStore implements port.Store {
  readonly name: string;
  readonly traits: port.StoreTraits;
  readonly #rclone: Rclone;
  readonly #options: RcloneStoreOptions;
  readonly #unsettled = new Unsettled();
  readonly #halfMade = new HalfMade();
  /** What was opened in parts: looking at it again for each part would double the calls. */
  readonly #opened = new Map<string, RemoteFile>();

  constructor(options: RcloneStoreOptions) {
    this.name = options.name;
    this.traits = {
      digests: [],
      flat: false,
      records: true,
      ranges: true,
      cold: options.storageClass !== undefined,
      lastWriteWins: true,
    };
    this.#rclone = options.rclone;
    this.#options = options;
  }

  async preflight(need: port.Need, io: port.Io): Promise<readonly ColdstoreError[]> {
    io.signal.throwIfAborted();
    return preflightRemote({ rclone: this.#rclone, storageClass: this.#options.storageClass }, need, io);
  }

  async *list(prefix: string, io: port.Io): AsyncGenerator<port.StoredObject> {
    io.signal.throwIfAborted();
    const folder = folderOfPrefix(prefix);
    const files = await this.#listed(folder, io);
    this.#halfMade.note(files, Date.now());
    const keys = files.filter(({ path }) => path.startsWith(prefix) && !isHalfMade(path));
    const sorted = keys
      .map((file) => ({ file, bytes: Buffer.from(file.path) }))
      .sort((one, two) => Buffer.compare(one.bytes, two.bytes));
    for (const { file } of sorted) {
      io.signal.throwIfAborted();
      yield remoteObject(file);
    }
  }

  async stat(key: string, io: port.Io): Promise<port.StoredObject | undefined> {
    const file = await this.#find(key, await this.#cheapHashes(io), io);
    return file && remoteObject(file);
  }

  async *put(items: AsyncIterable<port.Put> | Iterable<port.Put>, io: port.Io): AsyncGenerator<port.PutOutcome> {
    await using scratch = new LazyScratch(this.#options.scratch);
    yield* batchedPuts(items, {
      signal: io.signal,
      store: async (batch, signal) =>
        putBatch(
          batch,
          {
            rclone: this.#rclone,
            storageClass: this.#options.storageClass,
            folder: await scratch.next(),
            patienceMs: this.#options.patienceMs ?? 2000,
            created: (item, object) => this.#unsettled.note(item, object),
          },
          { ...io, signal },
        ),
    });
  }

  takeFrom(source: port.Store, items: readonly port.Taken[], io: port.Io): AsyncIterable<port.PutOutcome> | undefined {
    const from = rcloneOf(source);
    return from !== undefined && shareConfig(from, this.#rclone) ? this.#take(from, items, io) : undefined;
  }

  async settle(io: port.Io): Promise<void> {
    io.signal.throwIfAborted();
    await using scratch = new LazyScratch(this.#options.scratch);
    const folders = this.#unsettled.folders();
    await this.#unsettled.settle(this.#rclone, async () => scratch.next(), io);
    await this.#halfMade.removeFrom(folders, this.#rclone, io);
  }

  async open(key: string, range: port.ByteRange | undefined, io: port.Io): Promise<Readable> {
    io.signal.throwIfAborted();
    const known = range === undefined ? undefined : this.#opened.get(key);
    const file = known ?? (await this.#find(key, [], io));
    if (file === undefined) throw new ColdstoreError("not-found", `${this.name} has no ${key}. List what it has.`);
    if (this.#opened.size >= mostOpened) this.#opened.clear();
    if (range !== undefined) this.#opened.set(key, file);
    return openRemoteObject(this.#rclone, { file, range }, io);
  }

  async *read(keys: readonly string[], io: port.Io): AsyncGenerator<port.SmallObject> {
    io.signal.throwIfAborted();
    if (keys.length === 0) return;
    await using scratch = new LazyScratch(this.#options.scratch);
    yield* readMany(this.#rclone, { keys, folder: await scratch.next() }, io);
  }

  async replace(key: string, artifact: Artifact, io: port.Io): Promise<port.StoredObject> {
    io.signal.throwIfAborted();
    assertKey(key);
    this.#opened.delete(key);
    await using scratch = new LazyScratch(this.#options.scratch);
    const replaced = await replaceObject(this.#rclone, { key, artifact, folder: await scratch.next() }, io);
    this.#unsettled.replace(replaced.wanted, replaced.object);
    return replaced.object;
  }

  async *delete(keys: readonly string[], io: port.Io): AsyncGenerator<port.DeleteOutcome> {
    io.signal.throwIfAborted();
    for (const key of keys) {
      this.#unsettled.forget(key);
      this.#opened.delete(key);
    }
    yield* deleteKeys(this.#rclone, keys, io);
  }

  async *#take(from: Rclone, items: readonly port.Taken[], io: port.Io): AsyncGenerator<port.PutOutcome> {
    await using scratch = new LazyScratch(this.#options.scratch);
    const taking = {
      from,
      to: this.#rclone,
      storageClass: this.#options.storageClass,
      folder: async () => scratch.next(),
      created: this.#unsettled.note.bind(this.#unsettled),
    };
    yield* takeAcross(taking, items, io);
  }

  /** A folder that isn't there has nothing in it, if that can be told from a store that isn't there. */
  async #listed(folder: string, io: port.Io): Promise<readonly RemoteFile[]> {
    try {
      return await this.#rclone.list(folder, await this.#cheapHashes(io), io);
    } catch (error) {
      if (!(error instanceof ColdstoreError) || error.failure !== "not-found") throw error;
      const { bucketBased } = await this.#rclone.features(io);
      if (bucketBased) throw error;
      return [];
    }
  }

  async #find(key: string, hashes: readonly HashName[], io: port.Io): Promise<RemoteFile | undefined> {
    io.signal.throwIfAborted();
    assertKey(key);
    const file = await this.#rclone.stat(key, hashes, io);
    return file === undefined || isHalfMade(file.path) ? undefined : file;
  }

  /** Digests that cost nothing and say what ours do. */
  async #cheapHashes(io: port.Io): Promise<readonly HashName[]> {
    const { hashes, slowHash, overlay } = await this.#rclone.features(io);
    return hashes.includes("sha256") && !slowHash && !overlay ? ["sha256"] : [];
  }
}

/** Scratch of one call, made when something is to lie in it. */
class LazyScratch implements AsyncDisposable {
  readonly #workspace: Pick<Workspace, "scratch">;
  #scratch: Promise<Scratch> | undefined;
  #count = 0;

  constructor(workspace: Pick<Workspace, "scratch">) {
    this.#workspace = workspace;
  }

  /** A folder of its own, which isn't there yet. */
  async next(): Promise<string> {
    this.#scratch ??= this.#workspace.scratch();
    this.#count += 1;
    return join((await this.#scratch).path, `stage-${this.#count}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const scratch = await this.#scratch?.catch(() => undefined);
    await scratch?.[Symbol.asyncDispose]();
  }
}
