import { createGunzip } from "node:zlib";
import { runZlib } from "./run-zlib.ts";

const outputBytes = 256 * 1024;

/**
 * What a gzip (of one member or several) holds, every checksum in it checked. Rejects with `integrity` when it is damaged,
 * cut off, or followed by anything but zeros; an error of the source comes out as it is. A source that is a stream is
 * destroyed when the reader stops.
 */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* runZlib(source, { stream: createGunzip({ chunkSize: outputBytes }), of: "the gzip data" });
}
