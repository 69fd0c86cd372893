import { addAbortSignal, type Readable } from "node:stream";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import { filesOf, type ManifestArtifact } from "../model/manifest.ts";
import type { ByteRange, Io } from "../ports/store.ts";
import { openJoined } from "./joined-file.ts";
import type { RestoreSource } from "./restore-source.ts";

/**
 * Exactly the bytes of a range of one of a set's files, be it whole or in parts. Rejects with `integrity`, naming the file, when it
 * isn't there or ends before.
 */
export async function* readStored(
  source: RestoreSource,
  { artifact, range }: { readonly artifact: ManifestArtifact; readonly range: ByteRange },
  io: Io,
): AsyncGenerator<Uint8Array, void, undefined> {
  const opened = await openStored(source, { artifact, range }, io);
  let left = range.end - range.start;
  try {
    for await (const chunk of opened) {
      left -= (chunk as Uint8Array).length;
      yield chunk as Uint8Array;
    }
  } catch (error) {
    io.signal.throwIfAborted();
    throw asLoss(artifact, error);
  } finally {
    opened.destroy();
  }
  if (left !== 0) throw cutOff(artifact, range);
}

/** The same as a stream, which is shorter where the file is. */
export async function openStored(
  { store, prefix }: RestoreSource,
  { artifact, range }: { readonly artifact: ManifestArtifact; readonly range?: ByteRange | undefined },
  io: Io,
): Promise<Readable> {
  const file = filesOf(artifact).map(({ name, bytes }) => ({ key: prefix + name, bytes }));
  try {
    return addAbortSignal(io.signal, await openJoined(store, { file, range }, io));
  } catch (error) {
    throw asLoss(artifact, error);
  }
}

/** Who restores has the manifest: that one of its files isn't there is damage. */
export function asLoss({ name }: ManifestArtifact, thrown: unknown): unknown {
  const error = asColdstoreError(thrown);
  if (error.failure !== "not-found") return thrown;
  const message = error.message.includes(name) ? error.message : `${name}: ${error.message}`;
  return new ColdstoreError("integrity", `${message}; use another copy of the set`, { cause: error });
}

function cutOff({ name }: ManifestArtifact, { end }: ByteRange): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} is cut off: it ends before its byte ${end}. Use another copy of the set.`,
  );
}
