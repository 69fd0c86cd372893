import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../../src/model/artifact.ts";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Io, ProgressEvent, Store, StoredObject } from "../../src/ports/store.ts";

/** An Io that keeps what it is told, and can be aborted with an `interrupted` error as its reason. */
export function testIo() {
  const controller = new AbortController();
  const events: ProgressEvent[] = [];
  const reason = new ColdstoreError("interrupted", "stopped by the test");
  return {
    signal: controller.signal,
    progress: (event: ProgressEvent) => void events.push(event),
    events,
    reason,
    abort: () => controller.abort(reason),
    bytesOf: (key: string) => events.filter((event) => event.key === key).reduce((sum, event) => sum + event.bytes, 0),
  };
}

export function sha256Of(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** An artifact whose bytes are in memory. */
export function dataArtifact(content: string | Uint8Array, name = "artifact.bin"): Artifact {
  const data = typeof content === "string" ? Buffer.from(content) : content;
  return { name, bytes: data.length, sha256: sha256Of(data), body: { data } };
}

/** An artifact whose bytes are in a new file of a folder. */
export async function fileArtifact(folder: string, name: string, content: string | Uint8Array): Promise<Artifact> {
  const file = join(folder, name);
  await writeFile(file, content);
  return { ...dataArtifact(content, name), body: { file } };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}

/** Puts texts by key; throws unless each is created. */
export async function fill(store: Store, texts: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const items = Object.entries(texts).map(([key, text]) => ({ key, artifact: dataArtifact(text) }));
  for await (const outcome of store.put(items, testIo()))
    if (outcome.outcome !== "created") throw new Error(`${outcome.key}: ${JSON.stringify(outcome)}`);
}

export async function readAll(store: Store, key: string, io: Io = testIo()): Promise<Buffer> {
  const chunks = await Array.fromAsync(await store.open(key, undefined, io));
  return Buffer.concat(chunks as Uint8Array[]);
}

export async function keysOf(store: Store, prefix = ""): Promise<string[]> {
  return (await all<StoredObject>(store.list(prefix, testIo()))).map((object) => object.key);
}

/** A random sequence of numbers in [0, 1) that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
