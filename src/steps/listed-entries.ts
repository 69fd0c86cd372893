import { createHash } from "node:crypto";
import type { Entry } from "../model/entry.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Io, Store } from "../ports/store.ts";
import { readFileList } from "./file-list.ts";
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
  const hash = createHash("sha256");
  async function* hashed(key: string): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of await store.open(key, undefined, io)) {
      hash.update(chunk as Uint8Array);
      yield chunk as Uint8Array;
    }
  }
  try {
    yield* readFileList(gunzipped(hashed(prefix + file.name)));
  } catch (error) {
    throw error instanceof ColdstoreError && error.failure === "integrity" ? wasChanged(file.name, error) : error;
  }
  if (hash.digest("hex") !== file.sha256) throw wasChanged(file.name);
}

function wasChanged(name: string, cause?: ColdstoreError): ColdstoreError {
  return new ColdstoreError("integrity", `${name} was changed, so what it lists isn't shown; verify the set`, {
    cause,
  });
}
