import { open, type FileHandle } from "node:fs/promises";
import { ColdstoreError } from "../model/errors.ts";

/** Takes bytes in order. */
export interface Output {
  /** Takes the bytes, which must not change after. Resolves when there is room for more; rejects with `store`. */
  write(data: Uint8Array): Promise<void>;
}

// Writes wait in the thread pool behind blocks that are being compressed, so they are gathered meanwhile: up to this much.
const queueBytes = 8 * 1024 * 1024;

// Writing back begins early and runs beside the work: the last sync then has little left to wait for.
const syncEveryBytes = 32 * 1024 * 1024;

/** A new file that is written from its start to its end, one gathered write at a time, and synced on the way. */
export class OutputFile implements Output {
  readonly path: string;
  readonly #handle: FileHandle;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #unsynced = 0;
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #error: unknown;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Rejects with `store` when it can't be made; with `wx`, the default, also when it is there. */
  static async create(path: string, flags: "wx" | "w" = "wx"): Promise<OutputFile> {
    try {
      return new OutputFile(path, await open(path, flags));
    } catch (error) {
      throw writeError(path, error);
    }
  }

  async write(data: Uint8Array): Promise<void> {
    this.#throwIfFailed();
    this.#queue.push(data);
    this.#queued += data.length;
    this.#writing ??= this.#drain();
    while (this.#queued > queueBytes && this.#writing !== undefined) await this.#writing;
    this.#throwIfFailed();
  }

  /** Resolves when every byte is on disk and the file is closed. */
  async finish(): Promise<void> {
    await this.#writing;
    await this.#syncing;
    this.#throwIfFailed();
    try {
      await this.#handle.sync();
      await this.#handle.close();
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Closes the file as it is, after a failure or an abort; never rejects, may be called after `finish`. */
  async abandon(): Promise<void> {
    this.#error ??= new ColdstoreError("bug", `${this.path} was written after it was given up.`);
    this.#queue = [];
    await this.#writing;
    await this.#syncing;
    await this.#handle.close().catch(() => undefined);
  }

  /** Never rejects: an error is kept for the next call. */
  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue;
        const bytes = this.#queued;
        this.#queue = [];
        await writeAll(this.#handle, batch);
        this.#queued -= bytes;
        this.#unsynced += bytes;
        this.#syncSome();
      }
    } catch (error) {
      this.#error ??= writeError(this.path, error);
    }
    this.#writing = undefined;
  }

  #syncSome(): void {
    if (this.#unsynced < syncEveryBytes || this.#syncing !== undefined) return;
    this.#unsynced = 0;
    this.#syncing = this.#handle.datasync().then(
      () => (this.#syncing = undefined),
      (error: unknown) => {
        this.#error ??= writeError(this.path, error);
      },
    );
  }

  #throwIfFailed(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}

async function writeAll(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  const bytes = batch.reduce((sum, part) => sum + part.length, 0);
  const { bytesWritten } = await handle.writev(batch);
  // A short write is what a disk gives that is filling up: the rest either fits or says why not.
  if (bytesWritten < bytes) await handle.writeFile(Buffer.concat(batch).subarray(bytesWritten));
}

function writeError(path: string, cause: unknown): ColdstoreError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const way =
    code === "ENOSPC" || code === "EDQUOT"
      ? "the disk is full; free some space, or use a disk with more: archives are made on the first store's, in a dry run in TMPDIR (in Actions RUNNER_TEMP)"
      : `${cause instanceof Error ? cause.message : String(cause)}; look after the scratch folder`;
  return new ColdstoreError("store", `${path} can't be written: ${way}.`, { cause });
}
