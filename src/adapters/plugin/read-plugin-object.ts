import { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import type { PluginBytes, PluginStore } from "../../ports/plugin-store.ts";
import type { ByteRange, Io } from "../../ports/store.ts";
import { abortable } from "./content-of.ts";
import { callPlugin, wrongAnswer } from "./foreign-call.ts";
import { isCount, isRecord } from "./plugin-answers.ts";

export interface PluginReading {
  readonly plugin: PluginStore;
  /** Of the store, as in messages. */
  readonly name: string;
  readonly key: string;
  /** Not empty, and within the object; absent: all of it. */
  readonly range?: ByteRange;
  readonly io: Io;
}

/**
 * The bytes of a plugin's object, as many as it says there are: more or fewer fail the stream. Undefined when there is no such key.
 * Where the plugin knows no ranges, what is before and behind is read and left out.
 */
export async function readPluginObject(reading: PluginReading): Promise<Readable | undefined> {
  const { plugin, name, key, range, io } = reading;
  const { signal } = io;
  const asked = plugin.traits?.ranges === true ? range : undefined;
  const opened = await callPlugin({ name, signal }, `open ${key}`, () => plugin.open(key, asked, { signal }));
  if ((opened ?? undefined) === undefined) return undefined;
  const given = checked(reading, opened);
  if (asked !== undefined && given.bytes !== asked.end - asked.start)
    throw wrongAnswer(name, `gives ${given.bytes} bytes of ${key} where ${asked.end - asked.start} were asked for`);
  const window = asked === undefined && range !== undefined ? range : { start: 0, end: given.bytes };
  const source = chunksOf(given.body);
  const pieces = piecesOf(reading, { source, bytes: given.bytes, window });
  const stream = Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 18 });
  stream.once("close", () => leave(given.body, source));
  return abortable(stream, signal);
}

function checked({ name, key }: PluginReading, opened: unknown): PluginBytes {
  const body = isRecord(opened) ? opened["body"] : undefined;
  const iterable = isRecord(body) && (Symbol.asyncIterator in body || Symbol.iterator in body);
  if (isRecord(opened) && isCount(opened["bytes"]) && iterable) return opened as unknown as PluginBytes;
  throw wrongAnswer(name, `opens ${key} without saying how many bytes it has and giving them`);
}

type Source = AsyncIterator<unknown> | Iterator<unknown>;

interface Window {
  readonly source: Source;
  readonly bytes: number;
  /** Of the bytes given, those that are wanted. */
  readonly window: ByteRange;
}

async function* piecesOf(reading: PluginReading, { source, bytes, window }: Window): AsyncGenerator<Uint8Array> {
  const { name, key, io } = reading;
  let at = 0;
  for (;;) {
    const next = await callPlugin({ name, signal: io.signal }, `read ${key}`, () => source.next());
    if (next.done === true) break;
    const chunk = asBytes(reading, next.value);
    const wanted = chunk.subarray(Math.max(0, window.start - at), Math.max(0, window.end - at));
    at += chunk.length;
    if (at > bytes) throw wrongAnswer(name, `gives more of ${key} than the ${bytes} bytes it has`);
    if (wanted.length > 0) {
      io.progress({ key, bytes: wanted.length });
      yield wanted;
    }
    if (at >= window.end && window.end < bytes) return;
  }
  if (at < bytes) throw endedEarly(reading, at, bytes);
}

function chunksOf(body: PluginBytes["body"]): Source {
  return Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
}

/**
 * Lets a plugin close what it opened. A generator that was never begun runs nothing when it's returned, so a stream is told itself.
 * Not awaited: what waits for something that never comes doesn't return either.
 */
function leave(body: PluginBytes["body"], source: Source): void {
  void (async () => source.return?.())().catch(() => {});
  if (body instanceof Readable) body.destroy();
  else if (body instanceof ReadableStream && !body.locked) void body.cancel().catch(() => {});
}

function asBytes({ name, key }: PluginReading, chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw wrongAnswer(name, `gives something else than bytes when ${key} is read`);
}

function endedEarly({ name, key }: PluginReading, got: number, of: number): ColdstoreError {
  return new ColdstoreError("store", `${name} broke off: ${got} of ${of} bytes of ${key} came; try again`, {
    transient: true,
  });
}
