import type { ArchiveSet } from "../model/archive-set.ts";
import type { Artifact } from "../model/artifact.ts";
import { ColdstoreError } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { Io, Put, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listSet, loadSets } from "./list-sets.ts";
import { untoldPut } from "./untold-put.ts";

// Rounds in which two runs can get in each other's way before one gives up.
const maxRounds = 8;

export interface Placement {
  readonly store: Store;
  readonly set: SetName;
  readonly manifest: Manifest;
  readonly artifact: Artifact;
}

/** What came of placing a manifest; `taken`: another run's set has the place, and is whole if `winner` is there; `refused`: nothing has changed. */
export type Placed =
  | { readonly kind: "placed"; readonly name: string; readonly manifest: Manifest; readonly artifact: Artifact }
  | { readonly kind: "taken"; readonly winner?: CompleteSet }
  | { readonly kind: "refused"; readonly error: ColdstoreError };

/**
 * Makes a set whole by giving it its manifest. Of several runs at once one succeeds, also when they call the manifest by
 * different names: each looks again when its own is in place, and takes it away if another is there, so that the one that was
 * alone stays.
 */
export async function placeManifest(placement: Placement, io: Io): Promise<Placed> {
  const { store, set, manifest, artifact } = placement;
  const key = setPrefix(set) + artifact.name;
  let looks = 1;
  for (let round = 1; round <= maxRounds; round += 1) {
    const winner = await otherWinner(placement, looks, io);
    if (winner !== undefined) return { kind: "taken", winner };
    if (!(await putManifest(store, { key, artifact }, io))) return { kind: "taken" };
    if (!(await isSettled(store, io))) return { kind: "taken" };
    const [other] = await otherManifests(placement, io);
    if (other === undefined) return { kind: "placed", name: artifact.name, manifest, artifact };
    await removeKeys(store, [key], io);
    // When both have stepped back, the first in byte order goes ahead while the other still looks.
    looks = artifact.name < other ? 1 : 1 + 2 * round;
  }
  throw new ColdstoreError(
    "conflict",
    `${setText(set)} in ${store.name} has another run's manifest again and again; run again when that run has ended`,
  );
}

/** Removes what a run has stored itself; throws when the store can't. */
export async function removeKeys(store: Store, keys: readonly string[], io: Io): Promise<void> {
  for await (const outcome of store.delete(keys, io)) if (outcome.outcome === "failed") throw outcome.error;
}

async function otherWinner(placement: Placement, looks: number, io: Io): Promise<CompleteSet | undefined> {
  const { store, set, artifact } = placement;
  for (let look = 0; look < looks; look += 1) {
    const [found]: readonly ArchiveSet[] = await loadSets(store, [await listSet(store, set, io)], io);
    if (found?.state === "complete" && found.manifestName !== artifact.name) return found;
    if (look + 1 < looks) await store.lookAgain?.({ looks: look + 1 }, io);
  }
  return undefined;
}

async function otherManifests({ store, set, artifact }: Placement, io: Io): Promise<readonly string[]> {
  return (await listSet(store, set, io)).manifests.filter((name) => name !== artifact.name);
}

/** False when another run has put its own manifest over this one. */
async function isSettled(store: Store, io: Io): Promise<boolean> {
  try {
    await store.settle(io);
    return true;
  } catch (error) {
    if (error instanceof ColdstoreError && error.failure === "conflict") return false;
    throw error;
  }
}

/** False when another manifest of that name is there already. */
async function putManifest(store: Store, put: Put, io: Io): Promise<boolean> {
  let isTold = false;
  for await (const outcome of store.put([put], io)) {
    if (outcome.outcome === "different") return false;
    if (outcome.outcome === "failed" && outcome.error.failure === "conflict") return false;
    if (outcome.outcome === "failed") throw outcome.error;
    isTold ||= outcome.key === put.key;
  }
  if (!isTold) throw untoldPut(store, [put.artifact.name]);
  return true;
}
