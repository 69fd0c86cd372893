import { createHash } from "node:crypto";
import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { NamedDigest } from "../model/manifest.ts";
import type { Io, Store } from "../ports/store.ts";
import { fileListBatches } from "./file-list.ts";
import type { CompleteSet } from "./find-standing.ts";
import { gunzipped } from "./gunzip.ts";

/**
 * The entries of a set, as its file list has them; the list is read once, as they come. Rejects with `integrity` where it is
 * damaged, and after the last entry when it isn't the one that the manifest names: only who has come to the end may trust it.
 */
export async function* listedEntries(
  store: Store,
  { prefix, manifest }: Pick<CompleteSet, "prefix" | "manifest">,
  io: Io,
): AsyncGenerator<Entry, void, undefined> {
  const file = manifest.artifacts.find(({ role }) => role === "file-list");
  if (file === undefined)
    throw new ColdstoreError("integrity", `the manifest of ${manifest.run.set} names no file list`);
  for await (const batch of listedBatches(store, { key: prefix + file.name, file }, io)) yield* batch;
}

/** The same of a file list, by as many as come at once. */
export async function* listedBatches(
  store: Store,
  { key, file }: { readonly key: string; readonly file: NamedDigest },
  io: Io,
): AsyncGenerator<readonly Entry[], void, undefined> {
  const hash = createHash("sha256");
  async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of await store.open(key, undefined, io)) {
      hash.update(chunk as Uint8Array);
      yield chunk as Uint8Array;
    }
  }
  try {
    yield* fileListBatches(gunzipped(hashed()));
  } catch (error) {
    throw error instanceof ColdstoreError && error.failure === "integrity" ? wasChanged(file.name, error) : error;
  }
  if (hash.digest("hex") !== file.sha256) throw wasChanged(file.name);
}

function wasChanged(name: string, cause?: ColdstoreError): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} was changed, so nothing of what it lists is trusted; verify the set`,
    {
      cause,
    },
  );
}
