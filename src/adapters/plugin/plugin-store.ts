import { Readable } from "node:stream";
import type { Artifact } from "../../model/artifact.ts";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { PluginStore } from "../../ports/plugin-store.ts";
import type * as port from "../../ports/store.ts";
import { concurrently } from "../local/concurrently.ts";
import { keyPath, prefixFolder } from "../local/key-path.ts";
import { callPlugin, cutMessage, wrongAnswer, type ForeignCall } from "./foreign-call.ts";
import { isRecord, objectOf } from "./plugin-answers.ts";
import { putPluginObject, replacePluginObject, type PluginWriting } from "./put-plugin-object.ts";
import { readPluginObject } from "./read-plugin-object.ts";

/** A plugin's store as one that keeps every promise of the port: what it leaves out is derived, and what it says is checked. */
export class CheckedPluginStore implements port.Store, AsyncDisposable {
  readonly name: string;
  readonly traits: port.StoreTraits;
  readonly #plugin: PluginStore;
  readonly #atOnce: number;
  readonly #warn: (line: string) => void;

  constructor(name: string, plugin: PluginStore, warn: (line: string) => void) {
    const { digests = [], maxObjectBytes, ranges = false, atOnce = 8 } = plugin.traits ?? {};
    this.name = name;
    this.traits = {
      digests: [...new Set(digests)],
      ...(maxObjectBytes !== undefined && { maxObjectBytes }),
      flat: false,
      records: true,
      ranges,
      cold: false,
    };
    this.#plugin = plugin;
    this.#atOnce = atOnce;
    this.#warn = warn;
  }

  async preflight({ write, bytes }: port.Need, io: port.Io): Promise<readonly ColdstoreError[]> {
    const plugin = this.#plugin;
    const { signal } = io;
    try {
      // That there's no such object can be told only where objects can be found.
      if (plugin.preflight === undefined) await this.#stat("coldstore/is-here", io);
      const said: unknown = await callPlugin(this.#at(signal), "say whether it's ready", () =>
        plugin.preflight?.({ write, bytes }, { signal }),
      );
      if (said === undefined) return [];
      if (!Array.isArray(said))
        throw wrongAnswer(this.name, "doesn't say in a list of sentences what stands against the run");
      return said.map(
        (sentence) => new ColdstoreError("store", `${this.name}: ${visibleText(cutMessage(String(sentence)))}`),
      );
    } catch (error) {
      signal.throwIfAborted();
      return [asColdstoreError(error)];
    }
  }

  async *list(prefix: string, io: port.Io): AsyncGenerator<port.StoredObject> {
    io.signal.throwIfAborted();
    prefixFolder(prefix);
    const found = await this.#list(prefix, io);
    const keyed = found.map((object) => ({ object, bytes: Buffer.from(object.key) }));
    keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
    for (const [at, { object }] of keyed.entries()) {
      io.signal.throwIfAborted();
      if (object.key === keyed[at - 1]?.object.key) throw wrongAnswer(this.name, `lists ${shown(object.key)} twice`);
      yield object;
    }
  }

  async stat(key: string, io: port.Io): Promise<port.StoredObject | undefined> {
    io.signal.throwIfAborted();
    keyPath("/", key);
    return this.#stat(key, io);
  }

  async *put(items: AsyncIterable<port.Put> | Iterable<port.Put>, io: port.Io): AsyncGenerator<port.PutOutcome> {
    yield* concurrently(items, { limit: this.#atOnce, signal: io.signal }, async (item) => {
      const bad = badKey(item.key);
      return bad ? { key: item.key, outcome: "failed", error: bad } : putPluginObject(this.#writing(io), item);
    });
  }

  async settle({ signal }: port.Io): Promise<void> {
    await callPlugin(this.#at(signal), "make durable what it stored", () => this.#plugin.settle?.({ signal }));
  }

  async open(key: string, range: port.ByteRange | undefined, io: port.Io): Promise<Readable> {
    io.signal.throwIfAborted();
    keyPath("/", key);
    const absent = new ColdstoreError("not-found", `${this.name} has no ${shown(key)}. List what it has.`);
    if (range === undefined) return this.#read(key, io, absent);
    const object = await this.#stat(key, io);
    if (object === undefined) throw absent;
    const within = { start: range.start, end: Math.min(range.end, object.bytes) };
    return within.start >= within.end ? Readable.from([]) : this.#read(key, io, absent, within);
  }

  async *read(keys: readonly string[], io: port.Io): AsyncGenerator<port.SmallObject> {
    yield* concurrently(keys, { limit: this.#atOnce, signal: io.signal }, (key) => this.#readSmall(key, io));
  }

  async replace(key: string, artifact: Artifact, io: port.Io): Promise<port.StoredObject> {
    io.signal.throwIfAborted();
    keyPath("/", key);
    return replacePluginObject(this.#writing(io), { key, artifact });
  }

  async *delete(keys: readonly string[], io: port.Io): AsyncGenerator<port.DeleteOutcome> {
    yield* concurrently(keys, { limit: this.#atOnce, signal: io.signal }, (key) => this.#delete(key, io));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const signal = AbortSignal.timeout(longestClose);
    try {
      await callPlugin(this.#at(signal), "be closed", () => this.#plugin.close?.());
    } catch (error) {
      // All that was stored is settled by now.
      this.#warn(signal.aborted ? `${this.name} isn't closed after a minute` : asColdstoreError(error).message);
    }
  }

  async #list(prefix: string, io: port.Io): Promise<port.StoredObject[]> {
    const { signal } = io;
    const objects: port.StoredObject[] = [];
    const given: unknown = await callPlugin(this.#at(signal), "list objects", () =>
      this.#plugin.list(prefix, { signal }),
    );
    if (!isRecord(given) || !(Symbol.asyncIterator in given || Symbol.iterator in given))
      throw wrongAnswer(this.name, "gives something else than a list of objects");
    await callPlugin(this.#at(signal), "list objects", async () => {
      for await (const object of given as AsyncIterable<unknown>) {
        signal.throwIfAborted();
        objects.push(this.#listed(prefix, object));
      }
    });
    // What else may lie there is none of ours.
    return objects.filter(({ key }) => badKey(key) === undefined);
  }

  #listed(prefix: string, given: unknown): port.StoredObject {
    const object = objectOf(this.name, given, this.traits.digests);
    if (object.key.startsWith(prefix)) return object;
    throw wrongAnswer(
      this.name,
      `lists ${shown(object.key)} where only keys that start with ${shown(prefix)} were asked for`,
    );
  }

  async #stat(key: string, io: port.Io): Promise<port.StoredObject | undefined> {
    const { signal } = io;
    const plugin = this.#plugin;
    if (plugin.stat === undefined) return (await this.#list(key, io)).find((object) => object.key === key);
    const given = await callPlugin(this.#at(signal), `look at ${shown(key)}`, () => plugin.stat?.(key, { signal }));
    if ((given ?? undefined) === undefined) return undefined;
    const object = objectOf(this.name, given, this.traits.digests);
    if (object.key === key) return object;
    throw wrongAnswer(this.name, `tells of ${shown(object.key)} when asked for ${shown(key)}`);
  }

  async #read(key: string, io: port.Io, absent: Error, range?: port.ByteRange): Promise<Readable> {
    const reading = { plugin: this.#plugin, name: this.name, key, io };
    const stream = await readPluginObject(range === undefined ? reading : { ...reading, range });
    if (stream === undefined) throw absent;
    return stream;
  }

  async #readSmall(key: string, io: port.Io): Promise<port.SmallObject> {
    try {
      keyPath("/", key);
      const stream = await readPluginObject({ plugin: this.#plugin, name: this.name, key, io });
      return stream === undefined ? { key, missing: true } : { key, data: await wholeOf(stream, key) };
    } catch (error) {
      io.signal.throwIfAborted();
      return { key, error: asColdstoreError(error) };
    }
  }

  async #delete(key: string, { signal }: port.Io): Promise<port.DeleteOutcome> {
    try {
      keyPath("/", key);
      const plugin = this.#plugin;
      if (plugin.remove === undefined)
        throw new ColdstoreError("store", `${this.name} can't remove ${shown(key)}: its plugin removes nothing`);
      await callPlugin(this.#at(signal), `remove ${shown(key)}`, () => plugin.remove?.(key, { signal }));
      return { key, outcome: "removed" };
    } catch (error) {
      signal.throwIfAborted();
      return { key, outcome: "failed", error: asColdstoreError(error) };
    }
  }

  #at(signal: AbortSignal): ForeignCall {
    return { name: this.name, signal };
  }

  #writing(io: port.Io): PluginWriting {
    return { plugin: this.#plugin, name: this.name, stat: (key, from) => this.#stat(key, from), io };
  }
}

/** Milliseconds. */
const longestClose = 60_000;

const mostBytes = 64 * 1024 * 1024;

async function wholeOf(stream: Readable, key: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes >= mostBytes)
      throw new ColdstoreError("integrity", `${shown(key)} has more bytes than any record of ours. Look what it is.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function badKey(key: string): ColdstoreError | undefined {
  try {
    keyPath("/", key);
    return undefined;
  } catch (error) {
    return asColdstoreError(error);
  }
}

function shown(key: string): string {
  return visibleText(key);
}
