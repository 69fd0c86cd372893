import { Readable } from "node:stream";
import { createGunzip, type Gunzip } from "node:zlib";
import { ColdstoreError } from "../model/errors.ts";

const outputBytes = 256 * 1024;

/**
 * What a gzip (of one member or several) holds, every checksum in it checked. Rejects with `integrity` when it is damaged,
 * cut off, or followed by anything but zeros; an error of the source comes out as it is. A source that is a stream is
 * destroyed when the reader stops.
 */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: outputBytes });
  // Not pipeline: it would hide whether the source or the data is at fault.
  let failed: { readonly error: unknown } | undefined;
  feed(source, gunzip).catch((error: unknown) => {
    failed = { error };
    gunzip.destroy();
  });
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    throw failed === undefined ? damaged(error) : failed.error;
  } finally {
    gunzip.destroy();
    if (source instanceof Readable) source.destroy();
  }
}

async function feed(source: AsyncIterable<Uint8Array>, gunzip: Gunzip): Promise<void> {
  for await (const chunk of source) {
    if (gunzip.destroyed) return;
    if (gunzip.write(chunk)) continue;
    await roomIn(gunzip);
  }
  gunzip.end();
}

/** Resolves when it takes more, or was destroyed. */
async function roomIn(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      gunzip.off("drain", go).off("close", go);
      resolve();
    };
    gunzip.on("drain", go).on("close", go);
  });
}

function damaged(cause: unknown): ColdstoreError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new ColdstoreError("integrity", `the gzip data is damaged: ${what}. Use another copy of it.`, { cause });
}
