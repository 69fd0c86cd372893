import type { Artifact } from "../model/artifact.ts";
import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { Digest } from "../model/manifest.ts";
import type { Evidence } from "../model/report.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { Io, Store, StoredObject } from "../ports/store.ts";
import { nameSome } from "./name-some.ts";
import { readBack } from "./read-back.ts";

/** What one object shows of itself; `frozen`: nothing, before it's thawed. */
export type FileProof =
  | { readonly kind: "proven"; readonly by: string }
  | { readonly kind: "frozen" }
  | { readonly kind: "doubted"; readonly error: ColdstoreError };

/**
 * Confirms one object, as its put has told of it. The SHA-256 that the store itself reports counts always, another digest that
 * it confirmed only with `byReport`; else the bytes are read back, if they can be.
 */
export async function proveFile(
  store: Store,
  asked: { readonly artifact: Artifact; readonly object: StoredObject; readonly byReport: boolean },
  io: Io,
): Promise<FileProof> {
  const { artifact, object } = asked;
  const { key, bytes, digests, confirmed, frozen } = object;
  const doubted = (error: ColdstoreError) => ({ kind: "doubted", error }) as const;
  const proven = (found: Digest, by: string) =>
    found.sha256 === artifact.sha256 && found.bytes === artifact.bytes
      ? ({ kind: "proven", by } as const)
      : doubted(notAsMade(store, key));
  try {
    if (digests.sha256 !== undefined) return proven({ bytes, sha256: digests.sha256 }, "sha256");
    if (confirmed !== undefined && (asked.byReport || frozen))
      return proven({ bytes, sha256: artifact.sha256 }, confirmed);
    return frozen ? { kind: "frozen" } : proven(await readBack(store, key, io), "read");
  } catch (error) {
    return doubted(unprovenBy(error, { store, key }, io));
  }
}

/** Whether nothing but an object's bytes can prove it, and they can be read. */
export function isReadBack({ digests, confirmed, frozen }: StoredObject, byReport: boolean): boolean {
  return digests.sha256 === undefined && !frozen && !(byReport && confirmed !== undefined);
}

/** What proofs rest on; each kind once, in byte order. */
export function evidenceOf(proofs: readonly FileProof[]): readonly Evidence[] {
  const by = proofs.flatMap((proof) => (proof.kind === "proven" ? proof.by : []));
  return [...new Set(by)].sort().map((each) => ({ by: each, files: by.filter((other) => other === each).length }));
}

/** Why a set isn't proven of which these objects would have to be read. */
export function stillFrozen(
  { store, set }: { readonly store: Store; readonly set: SetName },
  frozen: readonly StoredObject[],
): ColdstoreError {
  const names = frozen.map(({ key }) => key.slice(setPrefix(set).length));
  const tier = frozen.find((object) => object.tier !== undefined)?.tier;
  return new ColdstoreError(
    "store",
    `${nameSome(names)} of ${setText(set)} can't be read back from ${store.name} before what lies in its cold tier` +
      `${tier === undefined ? "" : ` (${tier})`} is thawed: the set is stored, but not proven; thaw it and run verify, or use prove: none`,
  );
}

/** What is said of bytes that aren't those that were stored. */
export function notAsMade(store: Store, key: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${key} in ${store.name} doesn't read back as it was stored; check that store's disk before you run again`,
  );
}

/**
 * What keeps an object from being proven that the store has told of: that it can't be found is damage, not a set that nobody has.
 * Throws the reason of an abort.
 */
export function unprovenBy(
  error: unknown,
  at: { readonly store: Store; readonly key: string },
  io: Io,
): ColdstoreError {
  if (io.signal.aborted) throw io.signal.reason;
  const cause = asColdstoreError(error);
  if (cause.failure !== "not-found") return cause;
  return new ColdstoreError(
    "integrity",
    `${at.key} isn't found in ${at.store.name}, which had said that it's there; see that nothing else removes files there, then run again`,
    { cause },
  );
}
