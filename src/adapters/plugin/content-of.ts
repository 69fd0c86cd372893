import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { Artifact } from "../../model/artifact.ts";
import { ColdstoreError } from "../../model/errors.ts";
import type { PluginContent } from "../../ports/plugin-store.ts";

export interface WatchedContent extends PluginContent {
  /** Why its bytes aren't the artifact's, if a stream of them has come upon it. */
  fault(): ColdstoreError | undefined;
  /** Whether a stream was read to its end. */
  wasRead(): boolean;
  /** Lowercase hex, of what was read to its end. */
  md5(): string | undefined;
}

export interface ContentReading {
  readonly signal: AbortSignal;
  /** Told of bytes as they pass. */
  readonly passed?: (bytes: number) => void;
  /** Whether their MD5 is wanted, too. */
  readonly md5?: boolean;
}

/** An artifact's bytes as a plugin is given them: counted, and checked on their way, so that what's wrong never ends well. */
export function contentOf(
  artifact: Artifact,
  { signal, passed = () => {}, md5: wantsMd5 = false }: ContentReading,
): WatchedContent {
  const state: { fault?: ColdstoreError; md5?: string; wasRead?: true } = {};
  async function* checked(): AsyncGenerator<Uint8Array> {
    const sha256 = createHash("sha256");
    const md5 = wantsMd5 ? createHash("md5") : undefined;
    let bytes = 0;
    for await (const chunk of piecesOf(artifact, state)) {
      signal.throwIfAborted();
      bytes += chunk.length;
      sha256.update(chunk);
      md5?.update(chunk);
      passed(chunk.length);
      signal.throwIfAborted();
      yield chunk;
    }
    if (bytes !== artifact.bytes || sha256.digest("hex") !== artifact.sha256) throw (state.fault = changed(artifact));
    state.wasRead = true;
    if (md5) state.md5 = md5.digest("hex");
  }
  return {
    bytes: artifact.bytes,
    sha256: artifact.sha256,
    stream: () => abortable(Readable.from(checked(), { objectMode: false, highWaterMark: 1 << 18 }), signal),
    fault: () => state.fault,
    wasRead: () => state.wasRead === true,
    md5: () => state.md5,
  };
}

/** The stream, which fails with the signal's reason as soon as that aborts. */
export function abortable(stream: Readable, signal: AbortSignal): Readable {
  const stop = (): void => void stream.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener("abort", stop, { once: true });
  stream.once("close", () => signal.removeEventListener("abort", stop));
  // Whoever is told by the signal may look at the stream no more.
  stream.on("error", () => {});
  return stream;
}

async function* piecesOf({ name, body }: Artifact, state: { fault?: ColdstoreError }): AsyncGenerator<Uint8Array> {
  try {
    if ("file" in body) yield* createReadStream(body.file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>;
    else for (let at = 0; at < body.data.length; at += 1 << 18) yield body.data.subarray(at, at + (1 << 18));
  } catch (cause) {
    throw (state.fault = new ColdstoreError(
      "store",
      `${name} can't be read again where it lies until it's stored; see that nothing clears the scratch folder while this runs`,
      { cause },
    ));
  }
}

function changed({ name }: Artifact): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} isn't what was made: its bytes changed on the way. Check this machine's disk and memory, then run again.`,
  );
}
