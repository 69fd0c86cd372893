import { ColdstoreError } from "../model/errors.ts";
import { filesOf, type ManifestArtifact, type NamedDigest } from "../model/manifest.ts";
import type { Evidence } from "../model/report.ts";
import type { SetFile } from "../model/set-file.ts";
import { setText } from "../model/set-name.ts";
import type { Io, Put, Store, StoredObject } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import type { PartTaker } from "./part-room.ts";
import type { StoreWatch } from "./put-files.ts";
import { evidenceOf, type FileProof, proveFile, stillFrozen } from "./prove-file.ts";

export interface Repair {
  readonly store: Store;
  readonly set: CompleteSet;
  readonly missing: readonly string[];
  readonly files: AsyncIterable<SetFile>;
  readonly prove: "digest" | "read" | "drill" | "none";
  /** Told what needn't lie in scratch for this store any more. */
  readonly taker?: PartTaker | undefined;
  readonly watch: StoreWatch;
}

/** What came of putting files back; `unread`: those whose bytes can't be read back yet. */
export interface Repaired {
  readonly errors: readonly ColdstoreError[];
  readonly evidence: readonly Evidence[];
  readonly unread?: ColdstoreError;
}

/** Puts back what a set has lost, if it can be made again with the very digest that the manifest names; proves each. */
export async function repairSet(repair: Repair, io: Io): Promise<Repaired> {
  const { store, set, missing } = repair;
  const wanted = set.manifest.artifacts.flatMap(lostFiles);
  const left = new Set(wanted.filter(({ name }) => missing.includes(name)));
  const proofs: FileProof[] = [];
  const frozen: StoredObject[] = [];
  for await (const file of repair.files) {
    using _ = { [Symbol.dispose]: () => repair.taker?.done(file) };
    const lost = [...left].find((each) => isSameFile(each, file));
    if (lost === undefined) continue;
    if (proofs.length === 0) repair.watch.storing();
    left.delete(lost);
    const artifact = { ...file.artifact, name: lost.name };
    const { proof, object } = await putBack(repair, { key: set.prefix + lost.name, artifact }, io);
    proofs.push(proof);
    if (proof.kind === "frozen" && object !== undefined) frozen.push(object);
    if (proof.kind !== "doubted") repair.watch.stored(file);
  }
  await store.settle(io);
  const doubts = proofs.flatMap((proof) => (proof.kind === "doubted" ? proof.error : []));
  return {
    errors: [...doubts, ...[...left].map((lost) => unlike(repair, lost))],
    evidence: evidenceOf(proofs),
    ...(frozen.length > 0 && { unread: stillFrozen({ store, set: set.name }, frozen) }),
  };
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
  { store, prove }: Repair,
  put: Put,
  io: Io,
): Promise<{ readonly proof: FileProof; readonly object?: StoredObject }> {
  const { key, artifact } = put;
  let object: StoredObject = { key, bytes: artifact.bytes, digests: {} };
  for await (const outcome of store.put([put], io)) {
    if (outcome.outcome === "failed") return { proof: { kind: "doubted", error: outcome.error } };
    // What lies there isn't what the manifest names, so that nothing of the set is lost by putting the right bytes in its place.
    object = outcome.outcome === "different" ? await store.replace(key, artifact, io) : outcome.object;
  }
  const byReport = prove === "digest" || prove === "none";
  return { proof: await proveFile(store, { artifact, object, byReport }, io), object };
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
