import type { Readable } from "node:stream";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { ByteRange, Io, Put, PutOutcome, StoredObject } from "../../src/ports/store.ts";
import { MemoryStore, type MemoryStoreOptions } from "./memory-store.ts";

export interface RemoteStoreOptions extends MemoryStoreOptions {
  /** What each put confirms its bytes by, by the key; none: nothing does. */
  readonly confirms?: (key: string) => string | undefined;
  /** Keys that lie in a cold tier. */
  readonly freezes?: (key: string) => boolean;
}

/** A store in memory as remotes are: it reports no SHA-256, says what has confirmed a put, and may have a cold tier. */
export class RemoteStore extends MemoryStore {
  readonly #options: RemoteStoreOptions;
  #thawed = false;

  constructor(options: RemoteStoreOptions = {}) {
    super({ name: "r2:backups", digests: [], ...options });
    this.#options = options;
  }

  /** Makes everything readable for a while; its tier stays what it is. */
  thaw(): void {
    this.#thawed = true;
  }

  override async *list(prefix: string, io: Io): AsyncGenerator<StoredObject> {
    for await (const object of super.list(prefix, io)) yield this.#tiered(object);
  }

  override async stat(key: string, io: Io): Promise<StoredObject | undefined> {
    const object = await super.stat(key, io);
    return object && this.#tiered(object);
  }

  override async *put(items: AsyncIterable<Put> | Iterable<Put>, io: Io): AsyncGenerator<PutOutcome> {
    for await (const outcome of super.put(items, io)) {
      if (outcome.outcome === "failed" || outcome.outcome === "different") yield outcome;
      else {
        const confirmed = this.#options.confirms?.(outcome.key);
        yield { ...outcome, object: { ...this.#tiered(outcome.object), ...(confirmed && { confirmed }) } };
      }
    }
  }

  override async open(key: string, range: ByteRange | undefined, io: Io): Promise<Readable> {
    if (this.#options.freezes?.(key) === true && !this.#thawed)
      throw new ColdstoreError("store", `${key} in ${this.name} is in a cold tier and has to be thawed first`);
    return super.open(key, range, io);
  }

  #tiered(object: StoredObject): StoredObject {
    return this.#options.freezes?.(object.key) === true ? { ...object, tier: "GLACIER", frozen: true } : object;
  }
}
