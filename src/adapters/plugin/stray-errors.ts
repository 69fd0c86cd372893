import type { ColdstoreError } from "../../model/errors.ts";
import { strayError } from "./foreign-call.ts";

/** What catching stray errors needs of a process. */
export interface StrayProcess {
  on(event: StrayEvent, listener: (thrown: unknown) => void): unknown;
  off(event: StrayEvent, listener: (thrown: unknown) => void): unknown;
}

type StrayEvent = "uncaughtException" | "unhandledRejection";

export interface StrayRequest {
  readonly process: StrayProcess;
  /** Ends the run; called again when more comes. */
  readonly fail: (error: ColdstoreError) => void;
}

/**
 * Takes what plugins throw where nobody waits for it: in a timer, in a promise that they lost. Node would end the process for it, with
 * no report. Disposing of it puts the process back as it was.
 */
export class StrayErrors implements Disposable {
  readonly #process: StrayProcess;
  readonly #names: string[] = [];
  readonly #caught: (thrown: unknown) => void;

  constructor({ process, fail }: StrayRequest) {
    this.#process = process;
    this.#caught = (thrown) => fail(strayError(this.#names, thrown));
    process.on("uncaughtException", this.#caught);
    process.on("unhandledRejection", this.#caught);
  }

  /** Counts a plugin, by its name as in messages, among those that it can be. */
  watch(name: string): void {
    if (!this.#names.includes(name)) this.#names.push(name);
  }

  [Symbol.dispose](): void {
    this.#process.off("uncaughtException", this.#caught);
    this.#process.off("unhandledRejection", this.#caught);
  }
}
