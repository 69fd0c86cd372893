import { ColdstoreError } from "../model/errors.ts";
import type { Artifact } from "../model/artifact.ts";
import { filesOf, type ManifestArtifact, type NamedDigest } from "../model/manifest.ts";
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
  const wanted = set.manifest.artifacts.flatMap(lostFiles);
  const left = new Set(wanted.filter(({ name }) => missing.includes(name)));
  const errors: ColdstoreError[] = [];
  for await (const file of repair.files) {
    const lost = [...left].find((each) => isSameFile(each, file));
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
  return [...errors, ...[...left].map((lost) => unlike(repair, lost))];
}

/** A file that lies in the store, of an artifact: it, or one of its parts. */
interface LostFile extends NamedDigest {
  readonly artifact: ManifestArtifact;
}

function lostFiles(artifact: ManifestArtifact): readonly LostFile[] {
  return filesOf(artifact).map(({ name, bytes, sha256 }) => ({ name, bytes, sha256, artifact }));
}

function isSameFile({ artifact, sha256 }: LostFile, { role, format, artifact: made }: SetFile): boolean {
  return artifact.role === role && artifact.format === format && sha256 === made.sha256;
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

function unlike({ set, store }: Repair, { name, artifact }: LostFile): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} of ${setText(set.name)} is missing, short or changed in ${store.name}, and this run can't make the same bytes again${madeHow(artifact)}; ` +
      "copy it back from another store, or store anew with on-conflict: replace",
  );
}

/** What decides an artifact's bytes beside its content. */
function madeHow({ compression, parts }: ManifestArtifact): string {
  const [part] = parts ?? [];
  const library = compression?.algorithm === "zstd" ? "zstd" : "zlib";
  const facts = [
    ...(compression === undefined
      ? []
      : [`it was made with compression-level ${compression.level}, ${library} ${compression.version}`]),
    ...(part === undefined ? [] : [`split into parts of ${part.bytes} bytes`]),
  ];
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}
