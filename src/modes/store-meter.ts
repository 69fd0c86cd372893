import type { Meter, Progress } from "../ports/log.ts";
import type { Io } from "../ports/store.ts";

/** Shows how far one store is with a set: first what goes there, then what is read back of it. */
export class StoreMeter {
  readonly #progress: Progress;
  readonly #what: string;
  #meter: Meter | undefined;
  #total: number | undefined;
  #isStoring = false;

  /** `what` is shown behind the verb: `app-1.4.0 in r2:backups`; `total` are the bytes to be stored, as far as is known. */
  constructor(progress: Progress, what: string, total?: number) {
    this.#progress = progress;
    this.#what = what;
    this.#total = total;
  }

  /** The same, counting what passes. */
  counting(io: Io): Io {
    return {
      signal: io.signal,
      progress: (event) => {
        io.progress(event);
        this.#meter?.add(event.bytes);
      },
    };
  }

  storing(): void {
    this.#next("storing", this.#total);
    this.#isStoring = true;
  }

  /** Tells how much is to be stored, once that is certain. */
  expect(total: number): void {
    this.#total = total;
    if (this.#isStoring) this.#meter?.expect?.(total);
  }

  proving(bytes: number): void {
    this.done();
    if (bytes > 0) this.#next("reading back", bytes);
  }

  /** Twice is fine. */
  done(): void {
    this.#meter?.done();
    this.#meter = undefined;
    this.#isStoring = false;
  }

  #next(verb: string, total: number | undefined): void {
    this.done();
    this.#meter = this.#progress.start(`${verb} ${this.#what}`, total);
  }
}
