import { createHash } from "node:crypto";
import { ColdstoreError } from "../model/errors.ts";
import type { Digest } from "../model/manifest.ts";
import type { Io, Store } from "../ports/store.ts";

/** Size and SHA-256 of an object, from its bytes. */
export async function readBack(store: Store, key: string, io: Io): Promise<Digest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of await store.open(key, undefined, io)) {
    const data = chunk as Uint8Array;
    hash.update(data);
    bytes += data.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** A small object whole. Throws `not-found` when it isn't there. */
export async function readWhole(store: Store, key: string, io: Io): Promise<Uint8Array> {
  for await (const object of store.read([key], io)) {
    if ("data" in object) return object.data;
    if ("error" in object) throw object.error;
  }
  throw new ColdstoreError("not-found", `${key} isn't in ${store.name}`);
}
