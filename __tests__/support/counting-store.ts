import type { Readable } from "node:stream";
import type { ByteRange, Io, Store } from "../../src/ports/store.ts";
import { type MemoryPlace, MemoryStore } from "./memory-store.ts";

/** One `open`, and the bytes that were read for it. */
export interface Opened {
  readonly key: string;
  readonly range?: ByteRange;
  bytes: number;
}

/** A store in memory that counts what it gives; told that it has no ranges, it counts all of an object for a part of it. */
export class CountingStore extends MemoryStore {
  override readonly traits: Store["traits"];
  readonly opened: Opened[] = [];

  constructor(place: MemoryPlace, { ranges = true }: { readonly ranges?: boolean } = {}) {
    super({ place });
    this.traits = { ...new MemoryStore({ place }).traits, ranges };
  }

  /** Bytes given of the objects whose keys end so. */
  given(ending = ""): number {
    return this.opened.reduce((sum, { key, bytes }) => sum + (key.endsWith(ending) ? bytes : 0), 0);
  }

  override async open(key: string, range: ByteRange | undefined, io: Io): Promise<Readable> {
    const opened = await super.open(key, range, io);
    const whole = this.place.objects.get(key)?.data.length ?? 0;
    const part = Math.min(whole, range?.end ?? whole) - (range?.start ?? 0);
    this.opened.push({ key, ...(range && { range }), bytes: this.traits.ranges ? Math.max(0, part) : whole });
    return opened;
  }
}
