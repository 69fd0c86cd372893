import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Artifact } from "../../src/model/artifact.ts";
import type { Io, Put, PutOutcome, Store, StoredObject } from "../../src/ports/store.ts";
import { type MemoryPlace, MemoryStore } from "./memory-store.ts";

export interface RacingStoreOptions {
  readonly name?: string;
  readonly place: MemoryPlace;
  /** How many turns there are between looking at a key and writing it. */
  readonly turns: () => number;
}

/** A store in memory as most remotes are: it looks before it writes, writes over what came meanwhile, and finds that out by looking again. */
export class RacingStore extends MemoryStore {
  override readonly traits: Store["traits"];
  readonly #turns: () => number;
  readonly #made = new Map<string, string>();

  constructor({ name = "racing", place, turns }: RacingStoreOptions) {
    super({ name, place, digests: [] });
    this.traits = { ...new MemoryStore({ digests: [] }).traits, lastWriteWins: true };
    this.#turns = turns;
  }

  override async *put(items: AsyncIterable<Put> | Iterable<Put>, io: Io): AsyncGenerator<PutOutcome> {
    for await (const { key, artifact } of items) {
      yield await this.#putOver({ key, artifact }, io);
    }
  }

  override async replace(key: string, artifact: Artifact, io: Io): Promise<StoredObject> {
    const object = await super.replace(key, artifact, io);
    this.#made.set(key, artifact.sha256);
    return object;
  }

  override async settle(io: Io): Promise<void> {
    await super.settle(io);
    const made = [...this.#made];
    this.#made.clear();
    const changed = made.filter(([key, sha256]) => this.#digestOf(key) !== sha256).map(([key]) => key);
    if (changed.length > 0)
      throw new ColdstoreError("conflict", `${changed.join(", ")} changed right after this run had stored it`);
  }

  async #putOver({ key, artifact }: Put, io: Io): Promise<PutOutcome> {
    const there = await this.stat(key, io);
    if (there !== undefined) {
      const same = this.#digestOf(key) === artifact.sha256;
      return { key, outcome: same ? "same" : "different", object: there };
    }
    for (let left = this.#turns(); left > 0; left -= 1) await turn();
    const data = "data" in artifact.body ? artifact.body.data : await readFile(artifact.body.file);
    this.place.objects.set(key, { data: Uint8Array.from(data), modified: new Date() });
    this.#made.set(key, artifact.sha256);
    const object = await this.stat(key, io);
    if (object === undefined || this.#digestOf(key) !== artifact.sha256)
      return { key, outcome: "failed", error: new ColdstoreError("conflict", `${key} was changed by another run`) };
    return { key, outcome: "created", object };
  }

  #digestOf(key: string): string | undefined {
    const data = this.place.objects.get(key)?.data;
    return data && createHash("sha256").update(data).digest("hex");
  }
}
