import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Artifact } from "../../src/model/artifact.ts";
import type { Io, Put, PutOutcome, Store, StoredObject } from "../../src/ports/store.ts";
import { MemoryPlace, MemoryStore } from "./memory-store.ts";

export interface RacingStoreOptions {
  readonly name?: string;
  readonly place: MemoryPlace;
  /** How many turns there are between looking at a key and writing it. */
  readonly turns: () => number;
}

type Objects = MemoryPlace["objects"];

/** The objects of a place, seen by somebody who takes some keys for free although they no longer are. */
class StaleMap extends Map<string, NonNullable<ReturnType<Objects["get"]>>> {
  readonly stale = new Set<string>();
  readonly #real: Objects;

  constructor(real: Objects) {
    super();
    this.#real = real;
  }

  override get(key: string) {
    return this.stale.has(key) ? undefined : this.#real.get(key);
  }

  override set(key: string, kept: NonNullable<ReturnType<Objects["get"]>>): this {
    this.#real.set(key, kept);
    return this;
  }

  override delete(key: string): boolean {
    return this.#real.delete(key);
  }

  override keys() {
    return this.#real.keys();
  }
}

class StalePlace extends MemoryPlace {
  override readonly objects: StaleMap;

  constructor(real: MemoryPlace) {
    super();
    this.objects = new StaleMap(real.objects);
  }
}

/** A store in memory as most remotes are: it looks before it writes, writes over what came meanwhile, and finds that out by looking again. */
export class RacingStore extends MemoryStore {
  override readonly traits: Store["traits"];
  readonly #objects: StaleMap;
  readonly #turns: () => number;
  /** SHA-256 of what was created and not looked at again. */
  readonly #made = new Map<string, string>();

  constructor({ name = "racing", place, turns }: RacingStoreOptions) {
    const stale = new StalePlace(place);
    super({ name, place: stale, digests: [] });
    this.traits = { ...new MemoryStore({ digests: [] }).traits, lastWriteWins: true };
    this.#objects = stale.objects;
    this.#turns = turns;
  }

  override async *put(items: AsyncIterable<Put> | Iterable<Put>, io: Io): AsyncGenerator<PutOutcome> {
    const wanted = new Map<string, string>();
    for await (const outcome of super.put(this.#lookedAt(items, wanted), io)) {
      const { key } = outcome;
      this.#objects.stale.delete(key);
      if (outcome.outcome === "created") this.#made.set(key, wanted.get(key) ?? "");
      yield outcome;
    }
  }

  override async replace(key: string, artifact: Artifact, io: Io): Promise<StoredObject> {
    this.#made.delete(key);
    return super.replace(key, artifact, io);
  }

  override async settle(io: Io): Promise<void> {
    await super.settle(io);
    const made = [...this.#made];
    this.#made.clear();
    const changed = made.filter(([key, sha256]) => (this.#digestOf(key) ?? sha256) !== sha256).map(([key]) => key);
    if (changed.length > 0)
      throw new ColdstoreError("conflict", `${changed.join(", ")} changed right after this run had stored it`);
  }

  async *#lookedAt(items: AsyncIterable<Put> | Iterable<Put>, wanted: Map<string, string>): AsyncGenerator<Put> {
    for await (const item of items) {
      const { key, artifact } = item;
      wanted.set(key, artifact.sha256);
      if (this.#objects.get(key) === undefined) {
        this.#objects.stale.add(key);
        for (let left = this.#turns(); left > 0; left -= 1) await turn();
      }
      yield item;
    }
  }

  #digestOf(key: string): string | undefined {
    const data = this.#objects.get(key)?.data;
    return data && createHash("sha256").update(data).digest("hex");
  }
}
