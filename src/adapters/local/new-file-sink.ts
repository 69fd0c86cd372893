import { closeSync, writeSync } from "node:fs";
import { ColdstoreError } from "../../model/errors.ts";
import type { FileSink } from "../../ports/restore-target.ts";
import { setTime } from "./set-time.ts";
import { targetError } from "./target-error.ts";

export interface SinkEnd {
  /** The file's name in sentences. */
  readonly shown: string;
  readonly mtime?: number;
  closed(): void;
}

/** An open new file; two system calls beside those for its bytes. */
export class NewFileSink implements FileSink {
  readonly #end: SinkEnd;
  #file: number | undefined;

  constructor(file: number, end: SinkEnd) {
    this.#file = file;
    this.#end = end;
  }

  write(data: Uint8Array): void {
    const file = this.#opened();
    this.#do("write", () => {
      for (let at = 0; at < data.length;) at += writeSync(file, data, at);
    });
  }

  close(): void {
    const file = this.#opened();
    const { mtime } = this.#end;
    this.#do("write", () => {
      if (mtime !== undefined) setTime(file, mtime);
      this.#release(file);
    });
  }

  /** Lets go of a file that won't be finished. */
  abandon(): void {
    try {
      if (this.#file !== undefined) this.#release(this.#file);
    } catch {
      // It is about to be removed.
    }
  }

  #release(file: number): void {
    this.#file = undefined;
    this.#end.closed();
    closeSync(file);
  }

  #opened(): number {
    if (this.#file === undefined) throw new ColdstoreError("bug", `${this.#end.shown} is closed already`);
    return this.#file;
  }

  #do(doing: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw targetError(error, doing, this.#end.shown);
    }
  }
}
