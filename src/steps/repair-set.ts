import { ColdstoreError } from "../model/errors.ts";
import type { Artifact } from "../model/artifact.ts";
import type { ManifestArtifact } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { readBack } from "./read-back.ts";

export interface Repair {
  readonly store: Store;
  readonly set: CompleteSet;
  readonly missing: readonly string[];
  readonly files: AsyncIterable<SetFile>;
  stored(file: SetFile): void;
}

/** Puts back what a set has lost, if it can be made again with the very digest that the manifest names; proves each. */
export async function repairSet(repair: Repair, io: Io): Promise<readonly ColdstoreError[]> {
  const { store, set, missing } = repair;
  const wanted = set.manifest.artifacts.filter(({ name }) => missing.includes(name));
  const left = new Set(wanted);
  const errors: ColdstoreError[] = [];
  for await (const file of repair.files) {
    const lost = [...left].find((artifact) => isSameFile(artifact, file));
    if (lost === undefined) continue;
    left.delete(lost);
    const doubt = await putBack(
      store,
      { key: set.prefix + lost.name, artifact: { ...file.artifact, name: lost.name } },
      io,
    );
    if (doubt === undefined) repair.stored(file);
    else errors.push(doubt);
  }
  await store.settle(io);
  return [...errors, ...[...left].map((artifact) => unlike(repair, artifact))];
}

function isSameFile(artifact: ManifestArtifact, { role, format, artifact: made }: SetFile): boolean {
  return artifact.role === role && artifact.format === format && artifact.sha256 === made.sha256;
}

async function putBack(
  store: Store,
  { key, artifact }: { readonly key: string; readonly artifact: Artifact },
  io: Io,
): Promise<ColdstoreError | undefined> {
  for await (const outcome of store.put([{ key, artifact }], io)) {
    if (outcome.outcome === "failed") return outcome.error;
    // What lies there isn't what the manifest names, so that nothing of the set is lost by putting the right bytes in its place.
    if (outcome.outcome === "different") await store.replace(key, artifact, io);
  }
  const found = await readBack(store, key, io);
  if (found.sha256 === artifact.sha256) return undefined;
  return new ColdstoreError(
    "integrity",
    `${key} in ${store.name} doesn't read back as it was stored; check that store's disk`,
  );
}

function unlike({ set, store }: Repair, lost: ManifestArtifact): ColdstoreError {
  const level =
    lost.compression === undefined
      ? ""
      : ` (it was made with compression-level ${lost.compression.level}, zlib ${lost.compression.version})`;
  return new ColdstoreError(
    "integrity",
    `${lost.name} of ${setText(set.name)} is missing or short in ${store.name}, and this run can't make the same bytes again${level}; ` +
      "copy it back from another store, or store anew with --on-conflict replace",
  );
}
