import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { BytePath, FetchedFiles } from "../../ports/folder.ts";
import type { Io } from "../../ports/store.ts";
import type { FarFiles } from "./far-files.ts";
import { fetchBatch, type FetchedFile } from "./fetch-batch.ts";

/** How much of a remote may be here at once, twice: what is being read, and what comes next. */
export interface BatchLimits {
  /** Files above it never come here: they are streamed, and must be larger than what is read whole (4 MiB). */
  readonly bytes: number;
  readonly files: number;
}

const usualLimits: BatchLimits = { bytes: 64 * 1024 * 1024, files: 1000 };

interface Batch {
  readonly paths: readonly BytePath[];
  readonly folder: string;
  readonly files: Promise<ReadonlyMap<BytePath, FetchedFile>>;
  readonly stop: AbortController;
}

export interface FetcherOptions {
  readonly far: FarFiles;
  /** Absolute path of a folder that is there. */
  readonly scratch: string;
  readonly limits?: BatchLimits | undefined;
}

/** Brings files of a remote here in batches, for each reader the next one while this one is read. Disposing of it ends what is under way. */
export class FileFetcher implements AsyncDisposable {
  readonly #options: FetcherOptions;
  readonly #limits: BatchLimits;
  #made = 0;
  #kept: ReadonlyMap<BytePath, FetchedFile> = new Map();
  /** Batches that are there, and are being read. */
  readonly #here = new Map<Batch, ReadonlyMap<BytePath, FetchedFile>>();
  /** Batches that nobody has asked for yet. */
  readonly #ahead = new Set<Batch>();

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#limits = options.limits ?? usualLimits;
  }

  /** As `FolderDisk.fetch`. */
  async fetch(paths: readonly BytePath[], signal: AbortSignal): Promise<FetchedFiles> {
    signal.throwIfAborted();
    const batch = this.#claim(paths) ?? this.#start(this.#first(paths), signal);
    try {
      this.#here.set(batch, await batch.files);
    } catch (error) {
      await this.#drop(batch);
      throw error;
    }
    const rest = this.#first(paths.slice(batch.paths.length));
    const next = rest.length > 0 ? this.#start(rest, signal) : undefined;
    if (next !== undefined) this.#ahead.add(next);
    return {
      count: batch.paths.length,
      [Symbol.asyncDispose]: async () => {
        await this.#drop(batch);
        if (next !== undefined && this.#ahead.has(next)) await this.#drop(next);
      },
    };
  }

  /** Fetches small files that stay. */
  async keep(paths: readonly BytePath[], signal: AbortSignal): Promise<void> {
    const kept = new Map<BytePath, FetchedFile>();
    for (let at = 0; at < paths.length;) {
      const batch = this.#start(this.#first(paths.slice(at, at + this.#limits.files)), signal, Infinity);
      for (const [path, file] of await batch.files) kept.set(path, file);
      at += batch.paths.length;
    }
    this.#kept = kept;
  }

  /** Where a file is here, as it is listed now; undefined when it isn't. */
  place(path: BytePath): string | Buffer | undefined {
    const listed = this.#options.far.tree.file(path);
    if (listed === undefined) return undefined;
    for (const files of [...this.#here.values(), this.#kept]) {
      const file = files.get(path);
      if (file?.of === listed) return file.place;
    }
    return undefined;
  }

  read(path: BytePath): Uint8Array | undefined {
    const place = this.place(path);
    return place === undefined ? undefined : readFileSync(place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#here.keys(), ...this.#ahead].map(async (batch) => this.#drop(batch)));
  }

  /** The batch that is on its way, if these begin with it. */
  #claim(paths: readonly BytePath[]): Batch | undefined {
    const batch = [...this.#ahead].find((each) => each.paths.every((path, i) => path === paths[i]));
    if (batch !== undefined) this.#ahead.delete(batch);
    return batch;
  }

  /** As many of the first as make a batch; what is streamed takes no room in it. */
  #first(paths: readonly BytePath[]): readonly BytePath[] {
    let bytes = 0;
    let files = 0;
    for (const [i, path] of paths.entries()) {
      const size = this.#options.far.tree.file(path)?.bytes ?? 0;
      if (size > this.#limits.bytes) continue;
      bytes += size;
      files += 1;
      if (files > 1 && (bytes > this.#limits.bytes || files > this.#limits.files)) return paths.slice(0, i);
    }
    return paths;
  }

  #start(paths: readonly BytePath[], signal: AbortSignal, largest = this.#limits.bytes): Batch {
    this.#made += 1;
    const { far, scratch } = this.#options;
    const folder = join(scratch, `batch-${this.#made}`);
    const stop = new AbortController();
    const io: Io = { signal: AbortSignal.any([signal, stop.signal]), progress: () => undefined };
    const fitting = paths.filter((path) => (far.tree.file(path)?.bytes ?? 0) <= largest);
    const files = fetchBatch({ far, paths: fitting, folder }, io);
    // Whoever asks for it is told.
    files.catch(() => undefined);
    return { paths, folder, files, stop };
  }

  async #drop(batch: Batch): Promise<void> {
    this.#here.delete(batch);
    this.#ahead.delete(batch);
    batch.stop.abort();
    await batch.files.catch(() => undefined);
    await rm(batch.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
