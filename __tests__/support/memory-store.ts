import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { Artifact } from "../../src/model/artifact.ts";
import { asColdstoreError, ColdstoreError } from "../../src/model/errors.ts";
import { setPrefix, type SetName } from "../../src/model/set-name.ts";
import type {
  ByteRange,
  ComingSet,
  DeleteOutcome,
  DigestName,
  Io,
  Need,
  Put,
  PutOutcome,
  Shown,
  SmallObject,
  Store,
  StoredObject,
} from "../../src/ports/store.ts";

interface Kept {
  readonly data: Uint8Array;
  readonly modified: Date;
}

/** What several memory stores can share, as several processes share a folder. */
export class MemoryPlace {
  readonly objects = new Map<string, Kept>();
  /** Key prefixes under which nothing can be added, changed or removed any more. */
  readonly locked = new Set<string>();
  /** Sets as they were shown, in the order of the calls. */
  readonly shown: ComingSet[] = [];

  /** Makes a set what GitHub calls immutable. */
  lock(set: SetName): void {
    this.locked.add(setPrefix(set));
  }

  isLocked(key: string): boolean {
    return [...this.locked].some((prefix) => key.startsWith(prefix));
  }

  /** Changes one bit of a stored object, as a bad disk does. */
  flipByte(key: string, at = 0): void {
    const data = Buffer.from(this.#kept(key).data);
    data[at] = data[at]! ^ 1;
    this.objects.set(key, { ...this.#kept(key), data });
  }

  /** Cuts an object off. */
  truncate(key: string, bytes: number): void {
    this.objects.set(key, { ...this.#kept(key), data: this.#kept(key).data.slice(0, bytes) });
  }

  /** Loses an object. */
  drop(key: string): void {
    this.#kept(key);
    this.objects.delete(key);
  }

  text(key: string): string {
    return Buffer.from(this.#kept(key).data).toString("utf8");
  }

  keys(): string[] {
    return [...this.objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  #kept(key: string): Kept {
    const kept = this.objects.get(key);
    if (kept === undefined) throw new Error(`the memory store has no ${key}`);
    return kept;
  }
}

export type StoreCall =
  | "preflight"
  | "list"
  | "stat"
  | "put"
  | "settle"
  | "open"
  | "read"
  | "replace"
  | "delete"
  | "locked"
  | "show";

export interface MemoryStoreOptions {
  readonly name?: string;
  readonly place?: MemoryPlace;
  /** Digests that it reports; SHA-256 unless told. */
  readonly digests?: readonly DigestName[];
  readonly now?: () => Date;
  /** It holds sets alone, which can be locked, and shows them when all of them is there, as releases are. */
  readonly likeReleases?: boolean;
}

/** A store in memory that keeps the contract, and can be told to fail. */
export class MemoryStore implements Store {
  readonly name: string;
  readonly traits: Store["traits"];
  readonly place: MemoryPlace;
  /** Each call made, with the key (or prefix) that it was about. */
  readonly calls: { readonly call: StoreCall; readonly key: string }[] = [];
  /** What preflight answers beside its own findings. */
  readonly problems: ColdstoreError[] = [];
  /** Needs as preflight was told of them. */
  readonly needs: Need[] = [];
  readonly locked?: NonNullable<Store["locked"]>;
  readonly show?: NonNullable<Store["show"]>;
  /** What a person should know of each set that is shown. */
  readonly showWarnings: string[] = [];
  readonly #now: () => Date;
  readonly #faults: {
    call: StoreCall;
    after: number;
    times: number;
    key: string | undefined;
    error: ColdstoreError;
  }[] = [];

  constructor({
    name = "memory",
    place = new MemoryPlace(),
    digests = ["sha256"],
    now,
    likeReleases = false,
  }: MemoryStoreOptions = {}) {
    this.name = name;
    this.place = place;
    this.traits = { digests, flat: likeReleases, records: !likeReleases, ranges: true, cold: false };
    if (likeReleases) {
      this.locked = async (set, io) => this.#whyLocked(set, io);
      this.show = async (set, io) => this.#show(set, io);
    }
    this.#now = now ?? (() => new Date());
  }

  /** Makes calls fail: the nth from now (1 is the next), `times` in a row, of one key or of any. A put, read or delete fails by its key. */
  fail(
    call: StoreCall,
    error: ColdstoreError,
    { nth = 1, times = 1, key }: { nth?: number; times?: number; key?: string } = {},
  ): void {
    this.#faults.push({ call, after: nth - 1, times, key, error });
  }

  async preflight(need: Need, io: Io): Promise<readonly ColdstoreError[]> {
    this.needs.push(need);
    await this.#begin("preflight", "", io);
    return this.problems;
  }

  async *list(prefix: string, io: Io): AsyncGenerator<StoredObject> {
    await this.#begin("list", prefix, io);
    for (const key of this.place.keys()) {
      io.signal.throwIfAborted();
      const kept = this.place.objects.get(key);
      if (kept !== undefined && key.startsWith(prefix)) yield this.#object(key, kept);
    }
  }

  async stat(key: string, io: Io): Promise<StoredObject | undefined> {
    await this.#begin("stat", key, io);
    checkKey(key);
    const kept = this.place.objects.get(key);
    return kept && this.#object(key, kept);
  }

  async *put(items: AsyncIterable<Put> | Iterable<Put>, io: Io): AsyncGenerator<PutOutcome> {
    for await (const item of untilAborted(items, io.signal)) {
      const outcome = await this.#putOne(item, io);
      io.signal.throwIfAborted();
      yield outcome;
    }
    io.signal.throwIfAborted();
  }

  async settle(io: Io): Promise<void> {
    await this.#begin("settle", "", io);
  }

  async open(key: string, range: ByteRange | undefined, io: Io): Promise<Readable> {
    await this.#begin("open", key, io);
    checkKey(key);
    const kept = this.place.objects.get(key);
    if (kept === undefined) throw new ColdstoreError("not-found", `${this.name} has no ${key}.`);
    return streamOf(key, kept.data.slice(range?.start ?? 0, range?.end), io);
  }

  async *read(keys: readonly string[], io: Io): AsyncGenerator<SmallObject> {
    io.signal.throwIfAborted();
    for (const key of keys) yield await this.#readOne(key, io);
  }

  async replace(key: string, artifact: Artifact, io: Io): Promise<StoredObject> {
    await this.#begin("replace", key, io);
    checkKey(key);
    this.#assertChangeable(key);
    const data = await bytesOf(artifact, key, io);
    const kept = { data, modified: this.#now() };
    this.place.objects.set(key, kept);
    return this.#object(key, kept);
  }

  async *delete(keys: readonly string[], io: Io): AsyncGenerator<DeleteOutcome> {
    io.signal.throwIfAborted();
    for (const key of keys) {
      try {
        await this.#begin("delete", key, io);
        checkKey(key);
        this.#assertChangeable(key);
        this.place.objects.delete(key);
        yield { key, outcome: "removed" };
      } catch (error) {
        io.signal.throwIfAborted();
        yield { key, outcome: "failed", error: asColdstoreError(error) };
      }
    }
  }

  async #whyLocked(set: SetName, io: Io): Promise<ColdstoreError | undefined> {
    await this.#begin("locked", setPrefix(set), io);
    return this.place.isLocked(setPrefix(set)) ? lockedError(this.name, set.id) : undefined;
  }

  async #show(set: ComingSet, io: Io): Promise<Shown> {
    await this.#begin("show", setPrefix(set.name), io);
    this.place.shown.push(set);
    const url = `https://releases.example/${set.name.id}`;
    return { url, outputs: { "release-url": url, "release-id": 7 }, warnings: this.showWarnings };
  }

  #assertChangeable(key: string): void {
    if (this.place.isLocked(key)) throw lockedError(this.name, key);
    if (!this.traits.records && /^[^/]+\/[^/]+\/(records|history)\//.test(key))
      throw new ColdstoreError("bug", `${this.name} takes sets alone, not ${key}`);
  }

  async #putOne({ key, artifact }: Put, io: Io): Promise<PutOutcome> {
    try {
      await this.#begin("put", key, io);
      checkKey(key);
      const data = await bytesOf(artifact, key, io);
      // From here to the set nothing waits: exclusive create.
      const there = this.place.objects.get(key);
      if (there !== undefined) {
        const same = Buffer.compare(there.data, data) === 0;
        return { key, outcome: same ? "same" : "different", object: this.#object(key, there) };
      }
      this.#assertChangeable(key);
      const kept = { data, modified: this.#now() };
      this.place.objects.set(key, kept);
      return { key, outcome: "created", object: this.#object(key, kept) };
    } catch (error) {
      io.signal.throwIfAborted();
      return { key, outcome: "failed", error: asColdstoreError(error) };
    }
  }

  async #readOne(key: string, io: Io): Promise<SmallObject> {
    try {
      await this.#begin("read", key, io);
      checkKey(key);
      const kept = this.place.objects.get(key);
      if (kept === undefined) return { key, missing: true };
      if (kept.data.length > 0) io.progress({ key, bytes: kept.data.length });
      return { key, data: kept.data };
    } catch (error) {
      io.signal.throwIfAborted();
      return { key, error: asColdstoreError(error) };
    }
  }

  /** Notes the call, lets others run, and fails if it was told to. */
  async #begin(call: StoreCall, key: string, io: Io): Promise<void> {
    io.signal.throwIfAborted();
    this.calls.push({ call, key });
    await turn();
    io.signal.throwIfAborted();
    for (const fault of this.#faults.filter((fault) => fault.call === call && (fault.key ?? key) === key)) {
      if (fault.after > 0) fault.after -= 1;
      else if (fault.times > 0) {
        fault.times -= 1;
        throw fault.error;
      }
    }
  }

  #object(key: string, { data, modified }: Kept): StoredObject {
    const digests = this.traits.digests.map((name) => [name, createHash(name).update(data).digest("hex")] as const);
    const locked = this.place.isLocked(key) ? ({ locked: true } as const) : {};
    return { key, bytes: data.length, digests: Object.fromEntries(digests), modified, ...locked };
  }
}

function lockedError(store: string, what: string): ColdstoreError {
  return new ColdstoreError("immutable", `${what} in ${store} is immutable; store it elsewhere`);
}

function checkKey(key: string): void {
  const parts = key.split("/");
  if (parts.some((part) => ["", ".", ".."].includes(part)) || /[\\\0]/.test(key) || !key.isWellFormed())
    throw new ColdstoreError("bug", `"${key}" can't be a key`);
}

async function bytesOf(artifact: Artifact, key: string, io: Io): Promise<Uint8Array> {
  const data = "data" in artifact.body ? artifact.body.data : await readFile(artifact.body.file);
  for (let at = 0; at < data.length; at += 1 << 20) {
    await turn();
    io.signal.throwIfAborted();
    io.progress({ key, bytes: Math.min(1 << 20, data.length - at) });
  }
  if (createHash("sha256").update(data).digest("hex") !== artifact.sha256)
    throw new ColdstoreError("integrity", `the bytes of ${artifact.name} aren't what was made`);
  return Uint8Array.from(data);
}

function streamOf(key: string, data: Uint8Array, io: Io): Readable {
  let at = 0;
  const stop = () => void stream.destroy(io.signal.reason as Error);
  const stream = new Readable({
    highWaterMark: 1 << 16,
    read() {
      const chunk = data.slice(at, at + (1 << 16));
      at += chunk.length;
      if (chunk.length > 0) io.progress({ key, bytes: chunk.length });
      setImmediate(() => this.push(chunk.length === 0 ? null : chunk));
    },
    destroy(error, done) {
      io.signal.removeEventListener("abort", stop);
      done(error);
    },
  });
  io.signal.addEventListener("abort", stop, { once: true });
  return stream;
}

/** The items, or the signal's reason, whichever comes first. */
async function* untilAborted<T>(items: AsyncIterable<T> | Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([Promise.resolve(source.next()), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    void Promise.resolve(source.return?.()).catch(() => {});
  }
}
