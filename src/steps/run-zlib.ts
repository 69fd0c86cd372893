import { Readable } from "node:stream";
import type { Gunzip, InflateRaw, ZstdDecompress } from "node:zlib";
import { ColdstoreError } from "../model/errors.ts";

export interface Engine {
  readonly stream: Gunzip | InflateRaw | ZstdDecompress;
  /** What the data is, for the error: `the gzip data`. */
  readonly of: string;
}

/**
 * What an engine of node:zlib makes of a source. Rejects with `integrity` when the data is damaged or cut off; an error of
 * the source comes out as it is. A source that is a stream is destroyed when the reader stops.
 */
export async function* runZlib(
  source: AsyncIterable<Uint8Array>,
  { stream, of }: Engine,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Not pipeline: it would hide whether the source or the data is at fault.
  let failed: { readonly error: unknown } | undefined;
  const feeding = feed(source, stream).catch((error: unknown) => {
    failed = { error };
    stream.destroy();
  });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw failed === undefined ? damaged(of, error) : failed.error;
  } finally {
    stream.destroy();
    if (source instanceof Readable) source.destroy();
    // Whoever goes on reading the source must be the only one who does.
    else await feeding;
  }
}

async function feed(source: AsyncIterable<Uint8Array>, stream: Engine["stream"]): Promise<void> {
  for await (const chunk of source) {
    if (stream.destroyed) return;
    if (stream.write(chunk)) continue;
    await roomIn(stream);
  }
  stream.end();
}

/** Resolves when it takes more, or was destroyed. */
async function roomIn(stream: Engine["stream"]): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off("drain", go).off("close", go);
      resolve();
    };
    stream.on("drain", go).on("close", go);
  });
}

function damaged(of: string, cause: unknown): ColdstoreError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new ColdstoreError("integrity", `${of} is damaged: ${what}. Use another copy of it.`, { cause });
}
