import { ColdstoreError } from "../model/errors.ts";

/** What bounds an archive: what a manifest says of it, in bytes of all contents; or, where nothing does, its own size. */
type Expanding = { readonly saidBytes: number } | { readonly archiveBytes: number };

const MiB = 1024 * 1024;

// The best that deflate can do is 1032 to 1; real trees come to 20 to 1 or so, logs to some hundreds.
const mostTimes = 1000;
// Small archives of zeros are harmless, and real.
const freeBytes = 64 * MiB;
const mostEntries = 10_000_000;

/**
 * What an archive may grow to when it is unpacked: as much as its manifest says; where none does, a thousand times its size, or
 * 64 MiB if that is more, in ten million entries. Each call throws `unsafe` when that is too much.
 */
export class ExpansionLimit {
  readonly #limit: number;
  readonly #isSaid: boolean;
  #bytes = 0;
  #entries = 0;

  constructor(expanding: Expanding) {
    this.#isSaid = "saidBytes" in expanding;
    this.#limit =
      "saidBytes" in expanding ? expanding.saidBytes : Math.max(freeBytes, mostTimes * expanding.archiveBytes);
  }

  /** To be told before each entry is made. */
  entry(): void {
    this.#entries += 1;
    if (this.#entries > mostEntries)
      throw new ColdstoreError(
        "unsafe",
        `the archive has more than ${mostEntries} entries; unpack it with another program if you trust it`,
      );
  }

  /** To be told before they are written. */
  bytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes <= this.#limit) return;
    throw new ColdstoreError(
      "unsafe",
      this.#isSaid
        ? `the archive holds more than the ${this.#limit} bytes that its manifest says; use another copy of it`
        : `the archive unpacks to more than ${this.#limit} bytes, over ${mostTimes} times its size; unpack it with another program if you trust it`,
    );
  }
}
