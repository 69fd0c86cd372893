import { rm } from "node:fs/promises";
import type { SetFile } from "../model/set-file.ts";

/** One of those that parts lie in scratch for. */
export interface PartTaker {
  /** It has this file, or never will: its bytes are needed here no more. */
  done(file: SetFile): void;
  /** It takes nothing more, of all that is there or still to come. Twice is fine. */
  leave(): void;
}

interface HeldPart {
  readonly of: string;
  readonly path: string;
  readonly wanted: Set<PartTaker>;
}

/**
 * Scratch for the parts of split archives: each goes as soon as no taker needs it, and the next one of its archive is begun only
 * when at most one that is whole lies there, so that there are never more than two. All takers are to be named before the first part.
 */
export class PartRoom {
  readonly #takers = new Set<PartTaker>();
  readonly #held = new Map<SetFile, HeldPart>();
  readonly #gone = new WeakSet<SetFile>();
  #change = Promise.withResolvers<void>();

  taker(): PartTaker {
    const taker: PartTaker = {
      done: (file) => this.#release(file, taker),
      leave: () => {
        this.#takers.delete(taker);
        for (const file of this.#held.keys()) this.#release(file, taker);
      },
    };
    this.#takers.add(taker);
    return taker;
  }

  /** Takes a part that is whole; what is no part stays where it is. */
  hold(file: SetFile): void {
    const { part, artifact } = file;
    if (part === undefined || !("file" in artifact.body)) return;
    const held = { of: part.of, path: artifact.body.file, wanted: new Set(this.#takers) };
    this.#held.set(file, held);
    if (held.wanted.size === 0) this.#remove(file, held);
  }

  /** Resolves when there is room for another part of this archive; rejects with the signal's reason. */
  async roomFor(archive: string, signal: AbortSignal): Promise<void> {
    const stop = Promise.withResolvers<never>();
    stop.promise.catch(() => undefined);
    const abort = () => stop.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        if ([...this.#held.values()].filter(({ of }) => of === archive).length <= 1) return;
        await Promise.race([this.#change.promise, stop.promise]);
      }
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Whether the file's bytes aren't in scratch any more, or won't be in a moment. */
  isGone(file: SetFile): boolean {
    return this.#gone.has(file);
  }

  #release(file: SetFile, taker: PartTaker): void {
    const held = this.#held.get(file);
    if (held?.wanted.delete(taker) === true && held.wanted.size === 0) this.#remove(file, held);
  }

  #remove(file: SetFile, { path }: HeldPart): void {
    this.#gone.add(file);
    void this.#delete(file, path);
  }

  /** Never rejects: what can't be removed goes with all of scratch. */
  async #delete(file: SetFile, path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
    this.#held.delete(file);
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
