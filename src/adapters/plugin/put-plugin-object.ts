import { createHash } from "node:crypto";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import type { Artifact } from "../../model/artifact.ts";
import type { PluginContent, PluginStore } from "../../ports/plugin-store.ts";
import type { Io, Put, PutOutcome, StoredObject } from "../../ports/store.ts";
import { contentOf, type WatchedContent } from "./content-of.ts";
import { callPlugin, wrongAnswer } from "./foreign-call.ts";
import { readPluginObject } from "./read-plugin-object.ts";

export interface PluginWriting {
  readonly plugin: PluginStore;
  /** Of the store, as in messages. */
  readonly name: string;
  stat(key: string, io: Io): Promise<StoredObject | undefined>;
  readonly io: Io;
}

/** Has a plugin create an object, and looks at what is there then. Rejects for an abort alone. */
export async function putPluginObject(writing: PluginWriting, { key, artifact }: Put): Promise<PutOutcome> {
  const { plugin, name, io } = writing;
  try {
    assertFits(writing, artifact);
    const content = contentFor(writing, key, artifact);
    const answer = await give(writing, content, `store ${key}`, (given, signal) =>
      plugin.create(key, given, { signal }),
    );
    if (answer === "exists") return await compare(writing, key, artifact);
    if (answer !== "created") throw wrongAnswer(name, `doesn't say whether ${key} was created or exists`);
    return { key, outcome: "created", object: await arrived(writing, key, { artifact, content }) };
  } catch (error) {
    io.signal.throwIfAborted();
    return { key, outcome: "failed", error: asColdstoreError(error) };
  }
}

/** Has a plugin put an artifact in the place of whatever is there. Rejects with `store` where it can't. */
export async function replacePluginObject(writing: PluginWriting, { key, artifact }: Put): Promise<StoredObject> {
  const { plugin, name } = writing;
  if (plugin.replace === undefined)
    throw new ColdstoreError(
      "store",
      `${name} can't replace ${key}: its plugin replaces nothing; use on-conflict: keep`,
    );
  assertFits(writing, artifact);
  const content = contentFor(writing, key, artifact);
  await give(writing, content, `replace ${key}`, (given, signal) => plugin.replace?.(key, given, { signal }));
  return arrived(writing, key, { artifact, content });
}

function contentFor({ plugin, io }: PluginWriting, key: string, artifact: Artifact): WatchedContent {
  const md5 = plugin.traits?.digests?.includes("md5") === true;
  return contentOf(artifact, { signal: io.signal, passed: (bytes) => io.progress({ key, bytes }), md5 });
}

/** Hands bytes over. What is wrong with them is said in place of whatever the plugin makes of it. */
async function give<T>(
  { name, io }: PluginWriting,
  content: WatchedContent,
  what: string,
  work: (content: PluginContent, signal: AbortSignal) => Promise<T> | undefined,
): Promise<T | undefined> {
  const given = { bytes: content.bytes, sha256: content.sha256, stream: () => content.stream() };
  try {
    const answer = await callPlugin({ name, signal: io.signal }, what, () => work(given, io.signal));
    const fault = content.fault();
    if (fault !== undefined) throw fault;
    return answer;
  } catch (error) {
    io.signal.throwIfAborted();
    throw content.fault() ?? error;
  }
}

interface Given {
  readonly artifact: Artifact;
  readonly content: WatchedContent;
}

/** What is there now, which has to be what was given. */
async function arrived(writing: PluginWriting, key: string, { artifact, content }: Given): Promise<StoredObject> {
  const { name, io } = writing;
  if (!content.wasRead() && artifact.bytes > 0)
    throw wrongAnswer(name, `says that it has stored ${key}, whose bytes it hasn't read to their end`);
  const object = await writing.stat(key, io);
  if (object === undefined)
    throw wrongAnswer(name, `says that it has stored ${key}, and then that it has no such object`);
  const { sha256 = artifact.sha256, md5 } = object.digests;
  if (object.bytes === artifact.bytes && sha256 === artifact.sha256 && (md5 === undefined || md5 === md5Of(content)))
    return md5 === undefined ? object : { ...object, confirmed: "md5" };
  throw new ColdstoreError(
    "integrity",
    `${name} was given ${artifact.bytes} bytes for ${key} and has ${object.bytes} others there now; don't rely on this store before you know why`,
  );
}

function md5Of(content: WatchedContent): string {
  return content.md5() ?? createHash("md5").digest("hex");
}

async function compare(writing: PluginWriting, key: string, artifact: Artifact): Promise<PutOutcome> {
  const object = await writing.stat(key, writing.io);
  if (object === undefined)
    throw new ColdstoreError("store", `${writing.name} says that ${key} exists, and then that it doesn't; try again`, {
      transient: true,
    });
  const same = object.bytes === artifact.bytes && (await hasBytesOf(writing, object, artifact));
  return { key, outcome: same ? "same" : "different", object };
}

async function hasBytesOf(
  { plugin, name, io }: PluginWriting,
  object: StoredObject,
  artifact: Artifact,
): Promise<boolean> {
  if (object.digests.sha256 !== undefined) return object.digests.sha256 === artifact.sha256;
  const quiet = { signal: io.signal, progress() {} };
  const stream = await readPluginObject({ plugin, name, key: object.key, io: quiet });
  if (stream === undefined) return false;
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  return hash.digest("hex") === artifact.sha256;
}

function assertFits({ plugin, name }: PluginWriting, artifact: Artifact): void {
  const most = plugin.traits?.maxObjectBytes;
  if (most !== undefined && artifact.bytes > most)
    throw new ColdstoreError(
      "store",
      `${artifact.name} has ${artifact.bytes} bytes, and ${name} takes ${most} at the most; set split-size to that`,
    );
}
